import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import type { QueueEntry } from '#main/horde/queue/index.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import type { Assignment, JobRules } from './types.ts';

const everyMs = 30_000;
/** Requests that are looked at for one that this worker was not tricked with. */
const maxLooks = 50;
const keptMs = 20 * 60_000;

export interface DecoyDeps<T extends RequestType> {
  readonly db: AppDatabase;
  readonly type: T;
  readonly rules: Pick<JobRules<T>, 'decoy' | 'ttlSeconds'>;
  /** Requests that a worker could do, were it not paused. */
  readonly candidates: (worker: LiveWorker<T>) => Iterable<QueueEntry<unknown>>;
}

/**
 * A hidden job for a paused worker (`accounts-and-safety.md` PAU-01 to 03): only when a real request
 * waits that it could do, at most one in 30 seconds, never two for one request. Prompt and parameters
 * are made up; nothing of the request is in it.
 */
export async function issueDecoy<T extends RequestType>(
  deps: DecoyDeps<T>,
  worker: LiveWorker<T>,
  now: number,
): Promise<Assignment<T> | undefined> {
  const { db, type, rules } = deps;
  if (await db.readUnit(() => isTooEarly(db.query, worker.id, now))) return undefined;
  const { shape, rewardCents } = rules.decoy(worker);
  const waiting: string[] = [];
  for (const entry of deps.candidates({ ...worker, isPaused: false })) {
    if (entry.userId !== worker.ownerId) waiting.push(entry.id);
    if (waiting.length >= maxLooks) break;
  }
  if (waiting.length === 0) return undefined;
  const ttlSeconds = rules.ttlSeconds(shape, worker);
  const decoy = { id: randomUUID(), type, rewardCents, now, ttlSeconds };
  const occasion = await db.write(() => storeDecoy(db.query, worker, waiting, decoy));
  if (occasion === undefined) return undefined;
  const model = shape.models[0] ?? '';
  return { requestId: occasion, shape, sources: null, ids: [decoy.id], model, openBefore: 1, ttlSeconds };
}

/** @returns the request that occasions it, or nothing when it is too early or all were used */
function* storeDecoy(
  query: Query,
  worker: { readonly id: string; readonly ownerId: number },
  waiting: readonly string[],
  decoy: { id: string; type: RequestType; rewardCents: number; now: number; ttlSeconds: number },
): Work<string | undefined> {
  const { now } = decoy;
  if (yield* isTooEarly(query, worker.id, now)) return undefined;
  for (const requestId of waiting) {
    const stored = yield* run(
      query
        .insertInto('horde_decoys')
        .values({
          id: decoy.id,
          type: decoy.type,
          worker_id: worker.id,
          worker_owner_id: worker.ownerId,
          request_id: requestId,
          state: 'processing',
          started: now,
          deadline: now + decoy.ttlSeconds * 1000,
          reward_cents: decoy.rewardCents,
          digest: null,
        })
        .onConflict((conflict) => conflict.columns(['worker_id', 'request_id']).doNothing()),
    );
    if (stored === 1) return requestId;
  }
  return undefined;
}

function* isTooEarly(query: Query, workerId: string, now: number): Work<boolean> {
  const newest = yield* row(
    query
      .selectFrom('horde_decoys')
      .select((e) => e.fn.max('started').as('started'))
      .where('worker_id', '=', workerId),
  );
  return typeof newest?.started === 'number' && now - newest.started < everyMs;
}

/** Forgets decoys once they and the requests that occasioned them are long over. */
export function* forgetDecoys(query: Query, now: number): Work<void> {
  yield* run(
    query
      .deleteFrom('horde_decoys')
      .where('deadline', '<', now - keptMs)
      .where((e) =>
        e.not(
          e.exists(
            e
              .selectFrom('horde_requests')
              .select('id')
              .whereRef('horde_requests.id', '=', 'horde_decoys.request_id'),
          ),
        ),
      ),
  );
}
