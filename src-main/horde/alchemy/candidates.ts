import { sql } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, row, rows, type Work } from '#main/db/work.ts';
import type { MatchingAlchemist } from '#shared/horde/alchemy/rules.ts';
import type { AlchemyForm } from '#shared/horde/alchemy/forms.ts';

/** A form that a worker may take. */
export interface Candidate {
  readonly seq: number;
  readonly requestId: string;
  readonly userId: number;
  readonly priority: number;
}

export interface Wanted {
  readonly worker: MatchingAlchemist;
  /** Forms that the pop offers. */
  readonly forms: readonly AlchemyForm[];
  /** Whose forms go before everybody's, in this order; the worker's owner before them. */
  readonly prioritised: readonly number[];
  readonly amount: number;
  readonly now: number;
}

/** Forms found beyond those asked for, for when others are faster. */
const spare = 10;
/** Users of a pop that go first; more are served like everybody. */
const maxPrioritised = 100;

/**
 * Forms that wait and that a worker may take, best first: its owner's, those of the prioritised users, then
 * by the priority of their request (`queue.md` 3.1, 3.6). With 10,000 waiting it reads a few rows of an
 * index for each form that the worker offers.
 */
export async function findCandidates(
  db: Pick<AppDatabase, 'readUnit' | 'query'>,
  wanted: Wanted,
): Promise<Candidate[]> {
  if (wanted.forms.length === 0) return [];
  return db.readUnit(() => candidatesOf(db.query, wanted));
}

function* candidatesOf(query: Query, wanted: Wanted): Work<Candidate[]> {
  const { worker, forms, amount, now } = wanted;
  const found = new Map<number, Candidate>();
  const add = function* (more: readonly Candidate[]): Work<void> {
    for (const form of yield* unexpired(query, more, now)) found.set(form.seq, form);
  };
  const bestOf = (fit: ReturnType<typeof fitting>) =>
    rows(
      fit
        .orderBy('priority', 'desc')
        .orderBy('seq')
        .limit(amount + spare),
    );
  for (const userId of servedFirst(wanted)) {
    if (found.size >= amount) break;
    const own = fitting(query, worker).where('user_id', '=', userId).where('name', 'in', forms);
    yield* add(yield* bestOf(own));
  }
  if (found.size >= amount || isForOwnerAlone(worker)) return [...found.values()];
  const others: Candidate[] = [];
  for (const name of forms) others.push(...(yield* bestOf(fitting(query, worker).where('name', '=', name))));
  yield* add(others.toSorted((a, b) => b.priority - a.priority || a.seq - b.seq));
  return [...found.values()];
}

/** The owner, and whom the pop names; a worker that rests has its owner alone. */
function servedFirst({ worker, prioritised }: Wanted): Set<number> {
  if (isForOwnerAlone(worker)) return new Set([worker.ownerId]);
  return new Set([worker.ownerId, ...prioritised.slice(0, maxPrioritised)]);
}

/** Requests past their end wait for the sweep alone. */
function* unexpired(query: Query, found: readonly Candidate[], now: number): Work<Candidate[]> {
  if (found.length === 0) return [];
  const ids = [...new Set(found.map((form) => form.requestId))];
  const alive = yield* rows(
    query.selectFrom('horde_alchemy_requests').select('id').where('id', 'in', ids).where('expiry', '>', now),
  );
  const living = new Set(alive.map((request) => request.id));
  return found.filter((form) => living.has(form.requestId));
}

/** In maintenance or paused. */
const isForOwnerAlone = (worker: MatchingAlchemist): boolean => worker.isInMaintenance || worker.isPaused;

/** The rules of `canDoForm` that are not about names or owners. */
function fitting(query: Query, worker: MatchingAlchemist, withTrust = true) {
  let found = query
    .selectFrom('horde_alchemy_forms')
    .select(['seq', 'priority', 'user_id as userId', 'request_id as requestId'])
    // A literal, for the index on waiting forms alone.
    .where('state', '=', sql.lit('waiting'))
    .where('tiles', '<=', worker.profile.maxTiles);
  if (worker.isSlow) found = found.where('slow_workers', '=', 1);
  if (withTrust && !worker.isOwnerTrusted) found = found.where('needs_trust', '=', 0);
  return found;
}

/** How many forms wait that only the trust of the worker's owner keeps it from. */
export async function countUntrusted(
  db: Pick<AppDatabase, 'readUnit' | 'query'>,
  worker: MatchingAlchemist,
  forms: readonly AlchemyForm[],
): Promise<number> {
  if (worker.isOwnerTrusted || forms.length === 0) return 0;
  const kept = fitting(db.query, worker, false)
    .clearSelect()
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('needs_trust', '=', 1)
    .where('name', 'in', forms);
  const found = await db.readUnit(() => row(kept));
  return Number(found?.n ?? 0);
}
