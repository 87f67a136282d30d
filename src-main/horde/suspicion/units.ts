import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { afterDrop, isPausedByPoints } from '#shared/horde/suspicion/rules.ts';
import {
  isRepeating,
  suspicionCodes,
  type SuspicionType,
  type WorkerSuspicionType,
} from '#shared/horde/suspicion/types.ts';
import { notify } from './notices.ts';

const anonymousId = 0;

/** Something that speaks against an account or a worker. */
export interface Suspicion {
  readonly now: number;
  /** A short machine reason, such as a measured speed; moderators see it (SUS-17). */
  readonly detail?: string;
}

/** What a point for a worker led to. */
export interface WorkerSuspected {
  /** The worker is paused now and was not before. Whoever keeps it in memory takes that over. */
  readonly isNewlyPaused: boolean;
}

/**
 * Adds a point to an account, once for each type that does not repeat; none to the anonymous one (SUS-01).
 * @returns whether a point was added
 */
export function* suspectUser(
  query: Query,
  { userId, type, now, detail = '' }: Suspicion & { readonly userId: number; readonly type: SuspicionType },
): Work<boolean> {
  if (userId === anonymousId) return false;
  const code = suspicionCodes[type];
  if (!isRepeating(type)) {
    const known = query.selectFrom('horde_user_suspicions').select('id');
    if (yield* row(known.where('user_id', '=', userId).where('code', '=', code).limit(1))) return false;
  }
  yield* run(
    query.insertInto('horde_user_suspicions').values({ user_id: userId, code, created: now, detail }),
  );
  return true;
}

/**
 * Adds a point to a worker and to its owner (3.1); the fifth pauses the worker of an owner without trust at
 * once and tells the moderators (SUS-10, SUS-16).
 */
export function* suspectWorker(
  query: Query,
  {
    workerId,
    type,
    now,
    detail = '',
  }: Suspicion & { readonly workerId: string; readonly type: WorkerSuspicionType },
): Work<WorkerSuspected> {
  const worker = yield* row(
    query
      .selectFrom('horde_workers as w')
      .innerJoin('users as u', 'u.id', 'w.user_id')
      .select(['w.user_id', 'w.name', 'w.paused', 'u.is_trusted', 'u.is_admin'])
      .where('w.id', '=', workerId),
  );
  if (!worker) return { isNewlyPaused: false };
  yield* suspectUser(query, { userId: worker.user_id, type, now, detail });
  const code = suspicionCodes[type];
  const before = yield* rows(
    query.selectFrom('horde_worker_suspicions').select('code').where('worker_id', '=', workerId),
  );
  const isKnown = !isRepeating(type) && before.some((point) => point.code === code);
  if (!isKnown) {
    yield* run(
      query.insertInto('horde_worker_suspicions').values({ worker_id: workerId, code, created: now, detail }),
    );
  }
  const points = before.length + (isKnown ? 0 : 1);
  // Asked for known types too: an owner may have lost the trust that held this back (SUS-11).
  const isTrusted = worker.is_trusted === 1 || worker.is_admin === 1;
  if (worker.paused === 1 || !isPausedByPoints(points, isTrusted)) return { isNewlyPaused: false };
  yield* run(query.updateTable('horde_workers').set({ paused: 1 }).where('id', '=', workerId));
  const notice = { name: worker.name, points, last: type };
  yield* notify(query, { kind: 'worker-paused', subject: workerId, detail: notice, now });
  return { isNewlyPaused: true };
}

/** Forgets the points of an account and of all its workers; pauses stay (SUS-15). @returns what is left */
export function* resetSuspicion(query: Query, userId: number): Work<number> {
  yield* run(query.deleteFrom('horde_user_suspicions').where('user_id', '=', userId));
  const workers = query.selectFrom('horde_workers').select('id').where('user_id', '=', userId);
  yield* run(query.deleteFrom('horde_worker_suspicions').where('worker_id', 'in', workers));
  return 0;
}

/** Forgets what was held against a worker that is deleted. */
export function* forgetWorker(query: Query, workerId: string): Work<void> {
  yield* run(query.deleteFrom('horde_worker_suspicions').where('worker_id', '=', workerId));
}

/** What a worker in automatic maintenance is told to look at. */
const droppedTooMany =
  'Too many jobs were dropped within an hour. Check this worker, then end its maintenance.';

/** What a dropped job led to; whoever keeps the worker in memory takes it over where one is true. */
export interface WorkerDropped extends WorkerSuspected {
  readonly entersMaintenance: boolean;
}

/**
 * Counts a job that a worker dropped: one that outlived its time or that the worker gave up (4.6). Too many
 * within an hour mean maintenance and a point; in a raid the point alone, so that nothing shows.
 */
export function* countDrop(
  query: Query,
  {
    workerId,
    now,
    isRaided,
  }: { readonly workerId: string; readonly now: number; readonly isRaided: boolean },
): Work<WorkerDropped> {
  const worker = yield* row(query.selectFrom('horde_workers').selectAll().where('id', '=', workerId));
  if (!worker) return { isNewlyPaused: false, entersMaintenance: false };
  const before = { count: worker.aborted, since: worker.aborted_since };
  const isAlchemist = worker.kind === 'interrogation';
  const { drops, isTooMany, entersMaintenance } = afterDrop(before, { now, isRaided, isAlchemist });
  yield* run(
    query
      .updateTable('horde_workers')
      .set({
        uncompleted: worker.uncompleted + 1,
        aborted: drops.count,
        aborted_since: drops.since,
        ...(entersMaintenance ? { maintenance: 1, maintenance_msg: droppedTooMany } : {}),
      })
      .where('id', '=', workerId),
  );
  if (!isTooMany) return { isNewlyPaused: false, entersMaintenance: false };
  const found = yield* suspectWorker(query, { workerId, type: 'TOO_MANY_JOBS_ABORTED', now });
  return { ...found, entersMaintenance };
}
