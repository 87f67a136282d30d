import type { AppDatabase } from '#main/db/database.ts';
import { run, type Query, type Work } from '#main/db/work.ts';
import { type SuspicionType, suspicionType } from '#shared/horde/suspicion/types.ts';
import type { StoredNotice } from './notices.ts';

/** A point, for moderators. */
export interface SuspicionPoint {
  /** Undefined for a code that a later version wrote. */
  readonly type: SuspicionType | undefined;
  readonly created: number;
  readonly detail: string;
}

export interface SuspicionService {
  /** Points of accounts; those that have none are left out. */
  ofUsers(ids: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Points of workers; those that have none are left out. */
  ofWorkers(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The points of one account, oldest first. */
  pointsOf(userId: number): Promise<SuspicionPoint[]>;
  /** What moderators were told, newest first. */
  notices(limit: number): Promise<StoredNotice[]>;
  /** Forgets notices and reports that are older than they are kept. */
  sweep(now: number): Promise<void>;
}

const dayMs = 24 * 3_600_000;
/** How long notices and reports of abuse are kept, and the addresses in them (4.9). */
const keptDays = 30;
const addressDays = 7;

/** Reads what speaks against accounts and workers; the units beside this file write it. */
export function createSuspicionService({ db }: { readonly db: AppDatabase }): SuspicionService {
  return {
    ofUsers: async (ids) => {
      if (ids.length === 0) return new Map();
      const found = await db.read
        .selectFrom('horde_user_suspicions')
        .select(['user_id', (e) => e.fn.countAll<number>().as('n')])
        .where('user_id', 'in', [...ids])
        .groupBy('user_id')
        .execute();
      return new Map(found.map(({ user_id, n }) => [user_id, Number(n)]));
    },
    ofWorkers: async (ids) => {
      if (ids.length === 0) return new Map();
      const found = await db.read
        .selectFrom('horde_worker_suspicions')
        .select(['worker_id', (e) => e.fn.countAll<number>().as('n')])
        .where('worker_id', 'in', [...ids])
        .groupBy('worker_id')
        .execute();
      return new Map(found.map(({ worker_id, n }) => [worker_id, Number(n)]));
    },
    pointsOf: async (userId) => {
      const found = await db.read
        .selectFrom('horde_user_suspicions')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('id')
        .execute();
      return found.map(({ code, created, detail }) => ({ type: suspicionType(code), created, detail }));
    },
    notices: (limit) =>
      db.read.selectFrom('horde_notices').selectAll().orderBy('id', 'desc').limit(limit).execute(),
    sweep: (now) => db.write(() => forgetOld(db.query, now)),
  };
}

function* forgetOld(query: Query, now: number): Work<void> {
  const oldest = now - keptDays * dayMs;
  yield* run(query.deleteFrom('horde_notices').where('created', '<', oldest));
  yield* run(query.deleteFrom('horde_problem_jobs').where('created', '<', oldest));
  yield* run(
    query
      .updateTable('horde_problem_jobs')
      .set({ ip: null })
      .where('created', '<', now - addressDays * dayMs)
      .where('ip', 'is not', null),
  );
}
