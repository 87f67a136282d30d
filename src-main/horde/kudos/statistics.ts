import { preparedRows } from '#main/db/prepared.ts';
import { type Query, run, type Work } from '#main/db/work.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';

/** Why kudos of an account moved, as the API tells it (`kudos.md` 1.19). */
export type KudosAction =
  | 'accumulated'
  | 'gifted'
  | 'donated'
  | 'received'
  | 'admin'
  | 'recurring'
  | 'awarded'
  | 'styled';

/** Names of totals: kudos by action in cents, records in whole units. */
export type StatisticName =
  | `kudos:${KudosAction}`
  | `${'usage' | 'contribution'}:${'pixelsteps' | 'tokens'}`
  | `${'request' | 'fulfillment' | 'style'}:${WorkerKind}`;

export interface StatisticChange {
  readonly userId: number;
  readonly name: StatisticName;
  readonly amount: number;
}

/** What pictures and texts are counted in; forms are only counted. */
export const thingsOfKind: Readonly<Record<WorkerKind, 'pixelsteps' | 'tokens' | undefined>> = {
  image: 'pixelsteps',
  text: 'tokens',
  interrogation: undefined,
};

/** Adds to totals that accompany movements; they are no currency. */
export function* addStatistics(query: Query, changes: readonly StatisticChange[]): Work<void> {
  // One statement may not change a row twice.
  const sums = new Map<string, StatisticChange>();
  for (const change of changes) {
    if (change.amount === 0) continue;
    const key = `${change.userId} ${change.name}`;
    sums.set(key, { ...change, amount: change.amount + (sums.get(key)?.amount ?? 0) });
  }
  if (sums.size > 0) yield* run(addAll(query, [...sums.values()]));
}

const addAll = preparedRows((query, changes: readonly StatisticChange[]) =>
  query
    .insertInto('user_statistic')
    .values(changes.map(({ userId, name, amount }) => ({ user_id: userId, name, amount })))
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'name']).doUpdateSet((eb) => ({
        amount: eb('user_statistic.amount', '+', eb.ref('excluded.amount')),
      })),
    ),
);
