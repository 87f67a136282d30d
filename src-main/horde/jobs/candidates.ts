import type { AppDatabase } from '#main/db/database.ts';
import { type HordeQueue, type QueueEntry, shapeOf } from '#main/horde/queue/index.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import { isBlacklisted } from '#shared/horde/jobs/match.ts';

type Read = Pick<AppDatabase, 'read'>;
type Refusal = 'blacklist' | 'kudos';

/** A worker whose blacklist refuses so many requests in a row is told that there is nothing. */
const maxRefusals = 256;

/**
 * Walks the candidates of a worker and leaves out those that its blacklist or its wish for upfront
 * kudos refuse (`queue.md` 3.4, rows 6 and 25). What was left out is counted for the empty answer.
 */
export async function* fittingRequests(
  deps: Read & { readonly queue: HordeQueue },
  worker: LiveWorker,
  prioritised: readonly number[],
  refused: Partial<Record<Refusal, number>>,
): AsyncGenerator<QueueEntry> {
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
  worker: LiveWorker,
  prioritised: readonly number[],
  entry: QueueEntry,
): Promise<Refusal | undefined> {
  const { blacklist, requireUpfrontKudos } = worker.profile;
  if (blacklist.length > 0) {
    const found = await deps.read
      .selectFrom('horde_requests')
      .select('shape')
      .where('id', '=', entry.id)
      .executeTakeFirst();
    if (found && isBlacklisted(shapeOf(found).prompt, worker)) return 'blacklist';
  }
  const isFriend = entry.userId === worker.ownerId || prioritised.includes(entry.userId);
  if (!requireUpfrontKudos || isFriend) return undefined;
  return (await canPay(deps, entry)) ? undefined : 'kudos';
}

/** Trusted, or with one picture's price above the floor. */
async function canPay({ read }: Read, entry: QueueEntry): Promise<boolean> {
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
