import type { AppDatabase } from '#main/db/database.ts';
import type { HordeQueue, QueueEntry } from '#main/horde/queue/index.ts';
import { isBlacklisted, type MatchingWorker } from '#shared/horde/jobs/match.ts';
import type { ModelProfile } from '#shared/horde/workers/profile.ts';

type Read = Pick<AppDatabase, 'read'>;
type Refusal = 'blacklist' | 'kudos';

/** A worker whose blacklist refuses so many requests in a row is told that there is nothing. */
const maxRefusals = 256;

/**
 * Walks the candidates of a worker and leaves out those that its blacklist or its wish for upfront
 * kudos refuse (`queue.md` 3.4, rows 6 and 25). What was left out is counted for the empty answer.
 */
export async function* fittingRequests<Kind, P extends ModelProfile, Reason extends string>(
  deps: Read & { readonly queue: HordeQueue<Kind, P, Reason> },
  worker: MatchingWorker<P>,
  prioritised: readonly number[],
  refused: Partial<Record<Refusal, number>>,
): AsyncGenerator<QueueEntry<Kind>> {
  const seen = new Set<string>();
  let refusals = 0;
  for (const entry of deps.queue.candidates(worker, prioritised)) {
    if (seen.has(entry.id)) continue;
    seen.add(entry.id);
    const reason = await refusalOf(deps, worker, prioritised, entry);
    if (reason === undefined) {
      yield entry;
      continue;
    }
    refused[reason] = (refused[reason] ?? 0) + 1;
    refusals += 1;
    if (refusals >= maxRefusals) return;
  }
}

async function refusalOf(
  deps: Read,
  worker: MatchingWorker<ModelProfile>,
  prioritised: readonly number[],
  entry: QueueEntry<unknown>,
): Promise<Refusal | undefined> {
  const { blacklist, requireUpfrontKudos } = worker.profile;
  if (blacklist.length > 0) {
    const found = await deps.read
      .selectFrom('horde_requests')
      .select('shape')
      .where('id', '=', entry.id)
      .executeTakeFirst();
    if (found && isBlacklisted(promptOf(found), worker.profile)) return 'blacklist';
  }
  const isFriend = entry.userId === worker.ownerId || prioritised.includes(entry.userId);
  if (!requireUpfrontKudos || isFriend) return undefined;
  return (await canPay(deps, entry)) ? undefined : 'kudos';
}

/** Shapes of every type hold the prompt under this name; only accepting units write the column. */
function promptOf({ shape }: { readonly shape: string }): string {
  return (JSON.parse(shape) as { readonly prompt: string }).prompt;
}

/** Trusted, or with one result's price above the floor. */
async function canPay({ read }: Read, entry: QueueEntry<unknown>): Promise<boolean> {
  const payer = await read
    .selectFrom('users as u')
    .innerJoin('kudos_account as k', (join) => join.onRef('k.user_id', '=', 'u.id').on('k.kind', '=', 'user'))
    .select(['u.is_trusted', 'u.is_admin', 'k.balance', 'k.floor'])
    .where('u.id', '=', entry.userId)
    .executeTakeFirst();
  if (!payer) return false;
  if (payer.is_trusted === 1 || payer.is_admin === 1) return true;
  const spendable = payer.balance > 0 ? payer.balance - (payer.floor ?? 0) : payer.balance;
  return spendable >= entry.priceCents;
}
