import { ProblemError } from '#shared/common/problem.ts';
import { HordeAnswerError, HordeUnreachableError } from '#shared/horde/client.ts';
import type { RequestStatusCheck } from '#shared/horde/requests/schema.ts';
import type { CreationProblem } from '#shared/studio/creations/schema.ts';

/*
 * No request is paid twice. The API has no key for repeating a request, but an account can list its
 * requests (`find_user`, active_generations). So the studio notes that list, durably, just before it
 * sends, and sends one request at a time. When the answer is lost, by a crash or by the network, it
 * lists again before anything is sent once more: a request that is new and no other creation's is
 * the one that was sent. No new one: it never arrived and is sent again. What stays unclear (several
 * new ones, as when another program uses the same key in that moment, or so long ago that the horde
 * may have forgotten it) ends the creation with a problem, and the person decides.
 */

/** What a failed exchange with a horde means for what is to be done next. */
export type Failure =
  /** Nobody can say whether it arrived: the horde is away or stumbles. */
  | { readonly kind: 'unclear'; readonly problem: CreationProblem }
  /** The horde has no room now. */
  | { readonly kind: 'later'; readonly problem: CreationProblem }
  | { readonly kind: 'refused'; readonly status: number; readonly problem: CreationProblem };

/** Problems that the studio names itself; all others are return codes of hordes. */
export const problemCodes = {
  unreachable: 'horde_unreachable',
  unknownAnswer: 'horde_answer_unknown',
  uncertain: 'send_uncertain',
  badPicture: 'bad_picture',
  blocked: 'picture_blocked',
  download: 'picture_not_loaded',
  diskFull: 'disk_full',
  internal: 'internal',
} as const;

export function failureOf(error: unknown): Failure {
  if (error instanceof HordeUnreachableError) {
    return { kind: 'unclear', problem: { code: problemCodes.unreachable, message: error.message } };
  }
  if (!(error instanceof ProblemError || error instanceof HordeAnswerError)) throw error;
  const { status } = error;
  const rc = error instanceof ProblemError ? error.rc : undefined;
  const isStumbling = status >= 500 || status === 408;
  const code = rc ?? (isStumbling ? problemCodes.unreachable : problemCodes.unknownAnswer);
  const problem = { code, message: shortened(error.message) };
  if (isStumbling) return { kind: 'unclear', problem };
  if (status === 429) return { kind: 'later', problem };
  return { kind: 'refused', status, problem };
}

export type Verdict =
  | { readonly kind: 'arrived'; readonly requestId: string }
  | { readonly kind: 'lost' }
  | { readonly kind: 'uncertain' };

/** How long a horde surely lists a request: it lives 20 minutes from its last movement (`ux.md` 2.2). */
const rememberedMs = 15 * 60_000;

/**
 * Whether a request whose answer was lost has arrived. `isClaimed` tells requests of other creations,
 * `countsOf` gives the counts of a request, undefined when it is gone.
 */
export async function findSent(
  sent: { readonly sentAt: number; readonly activeBefore: readonly string[]; readonly count: number },
  found: {
    readonly active: readonly string[];
    readonly isClaimed: (requestId: string) => boolean;
    readonly countsOf: (requestId: string) => Promise<Counts | undefined>;
    readonly now: number;
  },
): Promise<Verdict> {
  const before = new Set(sent.activeBefore);
  const fresh = found.active.filter((id) => !before.has(id) && !found.isClaimed(id));
  const fitting: string[] = [];
  for (const id of fresh.slice(0, 20)) {
    const counts = await found.countsOf(id);
    if (counts && fits(counts, sent.count)) fitting.push(id);
  }
  const [requestId, another] = fitting;
  if (another !== undefined || fresh.length > 20) return { kind: 'uncertain' };
  if (requestId !== undefined) return { kind: 'arrived', requestId };
  return found.now - sent.sentAt < rememberedMs ? { kind: 'lost' } : { kind: 'uncertain' };
}

type Counts = Pick<RequestStatusCheck, 'finished' | 'processing' | 'waiting' | 'restarted'>;

/** Slots that were given up count nowhere but in `restarted`, together with those tried again. */
function fits({ finished, processing, waiting, restarted }: Counts, count: number): boolean {
  const live = finished + processing + waiting;
  return live <= count && live + restarted >= count;
}

/** Text of a stranger for a card. */
export function shortened(text: string): string {
  return text.length > 1000 ? `${text.slice(0, 999)}…` : text;
}
