import type { AppDatabase } from '#main/db/database.ts';
import { type Query, run, type Work } from '#main/db/work.ts';
import type { AddressesService, Struck } from '#main/horde/addresses/index.ts';
import { suspectUser } from '#main/horde/suspicion/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { maxRewritten, type Verdict } from '#shared/horde/filters/judge.ts';
import type { FiltersService } from './service.ts';

/** A prompt to be looked at, after its style was applied, and who asks from where. */
export interface PromptToExamine {
  readonly prompt: string;
  readonly kind: 'image' | 'text';
  readonly user: { readonly id: number; readonly isModerator: boolean; readonly isFlagged: boolean };
  readonly wantsReplacement: boolean;
  readonly isEducation: boolean;
  readonly models: readonly string[];
  readonly ip: string;
  readonly clientAgent: string;
  readonly proxiedAccount?: string | undefined;
  /** The socket's address where `ip` is what a known proxy named. */
  readonly proxyIp?: string | undefined;
}

export interface ExaminedAs {
  readonly prompt: string;
  /** Honest users are told by a warning; flagged ones are not (5.4). */
  readonly isReplaced: boolean;
}

export interface PromptsService {
  /**
   * The prompt as it is served: rewritten where that saves it. A rejected one leaves a report, a point and
   * a strike, but for moderators (`accounts-and-safety.md` 5.3).
   * @throws ProblemError 400 `CorruptPrompt` · `BadRequest`
   */
  examine(asked: PromptToExamine): Promise<ExaminedAs>;
  /** Forgets reports, and the addresses in them, that are older than they are kept. */
  sweep(now: number): Promise<void>;
}

export interface PromptsOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly filters: Pick<FiltersService, 'judge'>;
  readonly addresses: Pick<AddressesService, 'strike' | 'struck'>;
  /** How a model takes wording about youth: made for adult pictures, and prompted by tags (DET-06). */
  readonly maturityOf?: (model: string) => 'none' | 'mature' | 'tagged';
  /** Whether texts are scored as well; off by default. */
  readonly isTextScored?: () => boolean;
  readonly reportDays?: () => number;
}

const dayMs = 24 * 3_600_000;
const addressDays = 7;
const defaultReportDays = 30;
// None of these says what was matched (FLT-03, T-DET-10).
const refusals = {
  corrupt: ['CorruptPrompt', 'This prompt was rejected by the content filter of this horde.'],
  empty: ['CorruptPrompt', 'Nothing of this prompt is left that the chosen models may be asked for.'],
  'too-long': [
    'BadRequest',
    `This prompt cannot be rewritten: its positive part is longer than ${maxRewritten} characters.`,
  ],
  unchecked: ['CorruptPrompt', 'This prompt could not be checked in time. Make it shorter.'],
} as const;

/** Examines prompts before they are accepted. */
export function createPromptsService(options: PromptsOptions): PromptsService {
  const { db, clock, addresses } = options;
  const maturityOf = options.maturityOf ?? (() => 'none');
  const reject = async (asked: PromptToExamine, verdict: Verdict & { kind: 'corrupt' }): Promise<void> => {
    const now = clock();
    const struck = await db.write(function* (): Work<Struck | undefined> {
      yield* reportPrompt(db.query, asked, verdict, now);
      yield* suspectUser(db.query, { userId: asked.user.id, type: 'CORRUPT_PROMPT', now });
      return yield* addresses.strike(
        db.query,
        { ip: asked.ip, userId: asked.user.id, proxyIp: asked.proxyIp },
        now,
      );
    });
    addresses.struck(struck);
  };
  return {
    examine: async (asked) => {
      const { prompt, kind, user } = asked;
      const maturities = kind === 'image' ? asked.models.map((model) => maturityOf(model)) : [];
      const isMature = maturities.some((maturity) => maturity !== 'none');
      const isTagged = isMature && maturities.every((maturity) => maturity !== 'mature');
      const question = {
        prompt,
        kind,
        mayRewrite: asked.wantsReplacement || asked.isEducation,
        mustRewrite: user.isFlagged,
        isMature,
        isScored: kind === 'image' || (options.isTextScored?.() ?? false),
      };
      const isLeftAlone = kind === 'text' && !question.isScored && !question.mustRewrite;
      if (isLeftAlone) return { prompt, isReplaced: false };
      const verdict = await options.filters.judge(
        question,
        isMature ? (isTagged ? 'tagged' : 'mature') : 'none',
      );
      if (verdict?.kind === 'clean') return { prompt, isReplaced: false };
      if (verdict?.kind === 'rewritten') return { prompt: verdict.prompt, isReplaced: !user.isFlagged };
      if (verdict?.kind === 'corrupt' && !user.isModerator) await reject(asked, verdict);
      const [rc, message] = refusals[verdict?.kind ?? 'unchecked'];
      throw new ProblemError(400, rc, message);
    },
    sweep: (now) => db.write(() => forgetReports(db.query, now, options.reportDays?.() ?? defaultReportDays)),
  };
}

function* reportPrompt(
  query: Query,
  asked: PromptToExamine,
  verdict: Verdict & { kind: 'corrupt' },
  now: number,
): Work<void> {
  yield* run(
    query.insertInto('horde_prompt_reports').values({
      created: now,
      user_id: asked.user.id,
      proxied_account: asked.proxiedAccount ?? null,
      ip: asked.ip,
      client_agent: asked.clientAgent,
      prompt: verdict.text,
      filter_ids: JSON.stringify(verdict.ids),
    }),
  );
}

function* forgetReports(query: Query, now: number, days: number): Work<void> {
  yield* run(query.deleteFrom('horde_prompt_reports').where('created', '<', now - days * dayMs));
  yield* run(
    query
      .updateTable('horde_prompt_reports')
      .set({ ip: null })
      .where('created', '<', now - addressDays * dayMs)
      .where('ip', 'is not', null),
  );
}
