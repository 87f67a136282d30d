import type { Selectable } from 'kysely';
import type { HordeAlchemyDecoyTable } from '#main/db/tables/horde-alchemy.ts';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import type { AlchemyForm } from '#shared/horde/alchemy/forms.ts';
import { alchemyLifeMs, formTtlSeconds } from '#shared/horde/alchemy/states.ts';
import type { Taker } from './units.ts';

type Decoy = Selectable<HordeAlchemyDecoyTable>;

/** A worker gets a decoy at most so often (PAU-03). */
const everyMs = 30_000;

export interface NewDecoy {
  readonly id: string;
  readonly name: AlchemyForm;
  readonly rewardCents: number;
  readonly worker: Taker;
  readonly now: number;
}

/** Whether a worker had a decoy a moment ago. */
export function* isTooEarly(query: Query, workerId: string, now: number): Work<boolean> {
  const newest = yield* row(
    query
      .selectFrom('horde_alchemy_decoys')
      .select((e) => e.fn.max<number | null>('started').as('started'))
      .where('worker_id', '=', workerId),
  );
  return typeof newest?.started === 'number' && now - newest.started < everyMs;
}

/**
 * Keeps a decoy, occasioned by the first request with which its worker was not tricked yet.
 * @returns whether there was one, and none came a moment ago
 */
export function* storeDecoy(
  query: Query,
  { id, name, rewardCents, worker, now }: NewDecoy,
  requestIds: readonly string[],
): Work<boolean> {
  if (yield* isTooEarly(query, worker.id, now)) return false;
  const decoy = {
    id,
    name,
    worker_id: worker.id,
    worker_owner_id: worker.ownerId,
    state: 'processing' as const,
    started: now,
    deadline: now + formTtlSeconds * 1000,
    reward_cents: rewardCents,
    digest: null,
  };
  for (const request_id of requestIds) {
    const stored = yield* run(
      query
        .insertInto('horde_alchemy_decoys')
        .values({ ...decoy, request_id })
        .onConflict((conflict) => conflict.columns(['worker_id', 'request_id']).doNothing()),
    );
    if (stored === 1) return true;
  }
  return false;
}

/** Ends a decoy as a form would end; nothing else changes. @returns the decoy as it stood before */
export function* endDecoy(
  query: Query,
  input: { readonly id: string; readonly digest: string; readonly isFault: boolean; readonly now: number },
): Work<Decoy | undefined> {
  const found = yield* row(query.selectFrom('horde_alchemy_decoys').selectAll().where('id', '=', input.id));
  if (found?.state !== 'processing') return found;
  const state = input.isFault ? ('faulted' as const) : ('done' as const);
  yield* run(
    query.updateTable('horde_alchemy_decoys').set({ state, digest: input.digest }).where('id', '=', found.id),
  );
  return found;
}

/**
 * Gives up overdue decoys, and forgets those that are long over with the requests that occasioned them.
 * @returns the ids of the forgotten, whose pictures may go
 */
export function* tidyDecoys(query: Query, now: number): Work<string[]> {
  yield* run(
    query
      .updateTable('horde_alchemy_decoys')
      .set({ state: 'faulted' })
      .where('state', '=', 'processing')
      .where('deadline', '<', now),
  );
  const over = yield* rows(
    query
      .selectFrom('horde_alchemy_decoys as d')
      .select('id')
      .where('deadline', '<', now - alchemyLifeMs)
      .where((e) =>
        e.not(
          e.exists(
            e.selectFrom('horde_alchemy_requests as r').select('r.id').whereRef('r.id', '=', 'd.request_id'),
          ),
        ),
      ),
  );
  const ids = over.map((decoy) => decoy.id);
  if (ids.length > 0) yield* run(query.deleteFrom('horde_alchemy_decoys').where('id', 'in', ids));
  return ids;
}
