import { randomUUID } from 'node:crypto';
import type { Insertable } from 'kysely';
import { type LockedRows, lockRows } from '#main/db/locks.ts';
import { prepared } from '#main/db/prepared.ts';
import type { HordeJobTable, RequestType } from '#main/db/tables/horde-work.ts';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { shapeOf } from '#main/horde/queue/index.ts';
import { releaseWhenOver, requestLifeMs } from '#main/horde/requests/index.ts';
import { countDrop } from '#main/horde/suspicion/index.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import { staleGraceMs, triesPerSlot } from '#shared/horde/jobs/states.ts';
import type { Assignment, JobRules } from './types.ts';

/** How long a request lives at least once a worker took it that calls itself extra slow. */
const slowLifeMs = 60 * 60_000;

export interface AssignOptions<T extends RequestType> {
  readonly type: T;
  readonly rules: Pick<JobRules<T>, 'count' | 'ttlSeconds'>;
  /** What the pop asked for. */
  readonly amount: number;
  /** Slots that are its to take. */
  readonly reserved: number;
  /** What to do about a request that another unit is taking slots of. */
  readonly locked: LockedRows;
  readonly now: number;
  readonly random: () => number;
}

const lockRequest = (locked: LockedRows) =>
  prepared((query, { id }: { id: string }) =>
    query.selectFrom('horde_requests').selectAll().where('id', '=', id).$call(lockRows(query, locked)),
  );
const requestToTake = { skip: lockRequest('skip'), wait: lockRequest('wait') };

const takeSlots = prepared(
  (query, { id, count, fresh, expiry }: { id: string; count: number; fresh: number; expiry: number }) =>
    query
      .updateTable('horde_requests')
      .set((e) => ({
        open_slots: e('open_slots', '-', count),
        next_slot: e('next_slot', '+', fresh),
        expiry,
      }))
      .where('id', '=', id)
      .where('open_slots', '>=', count),
);

const insertJob = prepared((query, job: Insertable<HordeJobTable>) =>
  query.insertInto('horde_jobs').values(job),
);

/** Takes slots of a request for a worker; nothing when others were faster (`queue.md` 3.7). */
export function* assign<T extends RequestType>(
  query: Query,
  requestId: string,
  worker: LiveWorker<T>,
  options: AssignOptions<T>,
): Work<Assignment<T> | undefined> {
  const { type, rules, amount, now, random } = options;
  const found = yield* row(requestToTake[options.locked](query, { id: requestId }));
  if (!found || found.open_slots <= 0 || found.expiry <= now) return undefined;
  const shape = shapeOf(type, found);
  const count = rules.count(shape, Math.min(found.open_slots, options.reserved), { amount, worker });
  const ttlSeconds = rules.ttlSeconds(shape, worker);
  const deadline = now + ttlSeconds * 1000 + staleGraceMs;
  const tries = yield* takeTries(query, requestId, found.next_slot, count);
  const fresh = tries.filter((it) => it.attempt === 1).length;
  const slowLife = worker.profile.isExtraSlow ? now + slowLifeMs : 0;
  const expiry = Math.max(found.expiry, deadline + requestLifeMs, slowLife);
  const changed = yield* run(takeSlots(query, { id: requestId, count, fresh, expiry }));
  if (changed !== 1) throw new Error(`request ${requestId} lost slots within one unit`);
  const model = pickModel(shape.models, worker.profile.models, random);
  const ids: string[] = [];
  for (const attempt of tries) {
    const id = randomUUID();
    ids.push(id);
    yield* run(
      insertJob(query, {
        ...newJob,
        ...attempt,
        id,
        request_id: requestId,
        worker_id: worker.id,
        worker_owner_id: worker.ownerId,
        worker_name: worker.name,
        model,
        started: now,
        deadline,
      }),
    );
  }
  return { requestId, shape, sources: found.sources, ids, model, openBefore: found.open_slots, ttlSeconds };
}

const newJob = {
  state: 'processing',
  awaits_retry: 0,
  digest: null,
  reward_cents: 0,
  seed: null,
  metadata: '[]',
  is_censored: 0,
  has_picture: 0,
  text: null,
} as const;

const returnedSlots = prepared((query, { requestId, count }: { requestId: string; count: number }) =>
  query
    .selectFrom('horde_jobs')
    .select(['id', 'slot', 'attempt'])
    .where('request_id', '=', requestId)
    .where('awaits_retry', '=', 1)
    .orderBy('slot')
    .limit(count),
);

/** Slots that came back are tried first, then those never handed out. */
function* takeTries(
  query: Query,
  requestId: string,
  nextSlot: number,
  count: number,
): Work<Array<{ slot: number; attempt: number }>> {
  const returned = yield* rows(returnedSlots(query, { requestId, count }));
  const tries = returned.map(({ slot, attempt }) => ({ slot, attempt: attempt + 1 }));
  for (const { id } of returned) {
    yield* run(query.updateTable('horde_jobs').set({ awaits_retry: 0 }).where('id', '=', id));
  }
  for (let slot = nextSlot; tries.length < count; slot += 1) tries.push({ slot, attempt: 1 });
  return tries;
}

function pickModel(asked: readonly string[], offered: readonly string[], random: () => number): string {
  const both = asked.filter((model) => offered.includes(model));
  const from = both.length > 0 ? both : offered;
  return from[Math.floor(random() * from.length)] ?? '';
}

/** What became of a fault that was booked. */
export interface Fault {
  readonly requestId: string;
  /** The slot waits again. */
  readonly returns: boolean;
}

/**
 * Moves a job to `faulted` once and gives its slot back while it has tries left; nothing for a job that
 * had ended before.
 */
export function* faultJob(
  query: Query,
  jobId: string,
  options: { readonly now: number; readonly isRaided: boolean },
): Work<Fault | undefined> {
  const job = yield* row(query.selectFrom('horde_jobs').selectAll().where('id', '=', jobId));
  if (!job || job.state !== 'processing') return undefined;
  const request = yield* row(
    query.selectFrom('horde_requests').select('is_cancelled').where('id', '=', job.request_id),
  );
  const returns = request?.is_cancelled === 0 && job.attempt < triesPerSlot;
  yield* run(
    query
      .updateTable('horde_jobs')
      .set({ state: 'faulted', awaits_retry: returns ? 1 : 0 })
      .where('id', '=', jobId),
  );
  if (returns) {
    yield* run(
      query
        .updateTable('horde_requests')
        .set((e) => ({ open_slots: e('open_slots', '+', 1) }))
        .where('id', '=', job.request_id),
    );
  } else {
    yield* releaseWhenOver(query, job.request_id, options.now);
  }
  // Who stops at a cancelled request aborts nothing that anybody waits for.
  if (request?.is_cancelled !== 1) {
    yield* countDrop(query, { workerId: job.worker_id, now: options.now, isRaided: options.isRaided });
  }
  return { requestId: job.request_id, returns };
}
