import { randomUUID } from 'node:crypto';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { settleImageJob } from '#main/horde/kudos/index.ts';
import { shapeOf } from '#main/horde/queue/index.ts';
import { costCentsOf, factorOf, releaseWhenOver, requestLifeMs } from '#main/horde/requests/index.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import { baselineFromName, imageRewardCents } from '#shared/horde/kudos/rules.ts';
import { batchLimit, batchWeight } from '#shared/horde/jobs/match.ts';
import type { SubmitInput } from '#shared/horde/jobs/schema.ts';
import { staleGraceMs, triesPerSlot } from '#shared/horde/jobs/states.ts';
import { heavyBaselines, jobTtlSeconds, type RequestShape } from '#shared/horde/requests/rules.ts';
import { seedOfPop } from '#shared/horde/requests/seed.ts';

/** How long a request lives at least once a worker took it that calls itself extra slow. */
const slowLifeMs = 60 * 60_000;

/** What a pop took: one seed and one model for the whole batch (`queue.md` 2.4, 2.11). */
export interface Assignment {
  readonly requestId: string;
  readonly shape: RequestShape;
  readonly sources: string | null;
  readonly ids: readonly string[];
  readonly model: string;
  readonly seed: number;
  readonly ttlSeconds: number;
}

/** Takes slots of a request for a worker; nothing when others were faster (`queue.md` 3.7). */
export function* assign(
  query: Query,
  requestId: string,
  worker: LiveWorker,
  options: {
    /** What the pop asked for. */
    amount: number;
    /** Slots that are its to take. */
    reserved: number;
    now: number;
    random: () => number;
  },
): Work<Assignment | undefined> {
  const { now, random } = options;
  const found = yield* row(query.selectFrom('horde_requests').selectAll().where('id', '=', requestId));
  if (!found || found.open_slots <= 0 || found.expiry <= now) return undefined;
  const shape = shapeOf(found);
  const pop = { amount: options.amount, maxPixels: worker.profile.maxPixels };
  const weight = batchWeight(shape.models.map((model) => baselineFromName(model)));
  const count = batchLimit(shape, Math.min(found.open_slots, options.reserved), pop, weight);
  const ttlSeconds = ttlOf(shape, worker);
  const deadline = now + ttlSeconds * 1000 + staleGraceMs;
  const tries = yield* takeTries(query, requestId, found.next_slot, count);
  const fresh = tries.filter((it) => it.attempt === 1).length;
  const changed = yield* run(
    query
      .updateTable('horde_requests')
      .set((e) => ({
        open_slots: e('open_slots', '-', count),
        next_slot: e('next_slot', '+', fresh),
        expiry: Math.max(
          found.expiry,
          deadline + requestLifeMs,
          worker.profile.isExtraSlow ? now + slowLifeMs : 0,
        ),
      }))
      .where('id', '=', requestId)
      .where('open_slots', '>=', count),
  );
  if (changed !== 1) throw new Error(`request ${requestId} lost slots within one unit`);
  const model = pickModel(shape.models, worker.profile.models, random);
  const ids: string[] = [];
  for (const { slot, attempt } of tries) {
    const id = randomUUID();
    ids.push(id);
    yield* run(
      query.insertInto('horde_jobs').values({
        id,
        request_id: requestId,
        slot,
        attempt,
        worker_id: worker.id,
        worker_owner_id: worker.ownerId,
        worker_name: worker.name,
        model,
        state: 'processing',
        awaits_retry: 0,
        started: now,
        deadline,
        digest: null,
        reward_cents: 0,
        seed: null,
        metadata: '[]',
        is_censored: 0,
        has_picture: 0,
      }),
    );
  }
  const seed = seedOfPop(shape, found.open_slots, random);
  return { requestId, shape, sources: found.sources, ids, model, seed, ttlSeconds };
}

export function ttlOf(shape: RequestShape, worker: LiveWorker): number {
  const baselines = shape.models.map((model) => baselineFromName(model) ?? '');
  return jobTtlSeconds(shape, {
    hasControl: shape.params.control_type !== undefined,
    isHeavyBaseline: baselines.some((name) => heavyBaselines.has(name)),
    isExtraSlowWorker: worker.profile.isExtraSlow,
  });
}

/** Slots that came back are tried first, then those never handed out. */
function* takeTries(
  query: Query,
  requestId: string,
  nextSlot: number,
  count: number,
): Work<Array<{ slot: number; attempt: number }>> {
  const returned = yield* rows(
    query
      .selectFrom('horde_jobs')
      .select(['id', 'slot', 'attempt'])
      .where('request_id', '=', requestId)
      .where('awaits_retry', '=', 1)
      .orderBy('slot')
      .limit(count),
  );
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
  if (request?.is_cancelled !== 1) yield* countAbort(query, job.worker_id, options);
  return { requestId: job.request_id, returns };
}

/**
 * More than 20 aborted jobs within an hour put a worker into maintenance (`queue.md` 4.8). During a raid
 * 10 are too many, but nothing that the worker could see happens.
 */
function* countAbort(
  query: Query,
  workerId: string,
  { now, isRaided }: { readonly now: number; readonly isRaided: boolean },
): Work<void> {
  const worker = yield* row(query.selectFrom('horde_workers').selectAll().where('id', '=', workerId));
  if (!worker) return;
  const isNewWindow = now - worker.aborted_since > 3_600_000;
  const aborted = (isNewWindow ? 0 : worker.aborted) + 1;
  const isTooMany = aborted > (isRaided ? 10 : 20);
  yield* run(
    query
      .updateTable('horde_workers')
      .set({
        uncompleted: worker.uncompleted + 1,
        aborted: isTooMany ? 0 : aborted,
        aborted_since: isNewWindow ? now : worker.aborted_since,
        ...(isTooMany && !isRaided
          ? {
              maintenance: 1,
              maintenance_msg: 'Too many jobs were aborted within an hour. Check this worker.',
            }
          : {}),
      })
      .where('id', '=', workerId),
  );
}

/** A job that was completed now. */
export interface Completed {
  readonly rewardCents: number;
  readonly model: string;
  readonly things: number;
  readonly tookMs: number;
}

/** Completes a job and settles its kudos in the same unit; nothing when it had ended before. */
export function* completeJob(
  query: Query,
  input: { submit: SubmitInput; digest: string; now: number },
): Work<Completed | undefined> {
  const { submit, now } = input;
  const job = yield* row(query.selectFrom('horde_jobs').selectAll().where('id', '=', submit.id));
  if (!job || job.state !== 'processing') return undefined;
  const request = yield* row(query.selectFrom('horde_requests').selectAll().where('id', '=', job.request_id));
  if (!request) return undefined;
  const shape = shapeOf(request);
  const isCensored = isSubmitCensored(submit);
  const rewardCents = imageRewardCents(request.base_kudos, factorOf(shape, job.model));
  const priceCents = costCentsOf(shape, isCensored ? 0 : rewardCents);
  yield* run(
    query
      .updateTable('horde_jobs')
      .set({
        state: 'completed',
        digest: input.digest,
        reward_cents: rewardCents,
        seed: String(submit.seed),
        metadata: JSON.stringify(submit.gen_metadata ?? []),
        is_censored: isCensored ? 1 : 0,
        has_picture: 1,
      })
      .where('id', '=', job.id),
  );
  yield* run(
    query
      .updateTable('horde_requests')
      .set((e) => ({
        consumed_cents: e('consumed_cents', '+', priceCents),
        expiry: Math.max(request.expiry, now + requestLifeMs),
      }))
      .where('id', '=', request.id),
  );
  yield* settleImageJob(query, {
    jobId: job.id,
    requestId: request.id,
    requesterId: request.user_id,
    workerOwnerId: job.worker_owner_id,
    workerId: job.worker_id,
    priceCents,
    rewardCents,
    pixelsteps: request.things,
    now,
  });
  yield* releaseWhenOver(query, request.id, now);
  const { things } = request;
  // The pictures of a batch are timed together, so one of them took its share (`queue.md` Q-24).
  const tookMs = now - job.started;
  const batch = yield* batchSize(query, job);
  yield* countFulfilment(query, job.worker_id, { things, rewardCents, tookMs: tookMs / batch });
  return { rewardCents, model: job.model, things, tookMs: tookMs / batch };
}

/** Jobs of the same request that the worker took in the same pop. */
function* batchSize(
  query: Query,
  job: { request_id: string; worker_id: string; started: number },
): Work<number> {
  // By the request's few jobs: asked for the worker too, SQLite would go through all that the worker made.
  const siblings = yield* rows(
    query.selectFrom('horde_jobs').select(['worker_id', 'started']).where('request_id', '=', job.request_id),
  );
  const isSamePop = (other: { worker_id: string; started: number }) =>
    other.worker_id === job.worker_id && other.started === job.started;
  return Math.max(1, siblings.filter(isSamePop).length);
}

function isSubmitCensored(submit: SubmitInput): boolean {
  if (submit.state === 'censored' || submit.state === 'csam') return true;
  return (submit.gen_metadata ?? []).some((item) => item.type === 'censorship');
}

function* countFulfilment(
  query: Query,
  workerId: string,
  job: { things: number; rewardCents: number; tookMs: number },
): Work<void> {
  const worker = yield* row(query.selectFrom('horde_workers').selectAll().where('id', '=', workerId));
  if (!worker) return;
  const sample = job.tookMs > 0 ? Math.round((job.things * 1000) / job.tookMs) : 1;
  // Only this unit writes the column.
  const samples = [...(JSON.parse(worker.samples) as number[]), sample].slice(-20);
  yield* run(
    query
      .updateTable('horde_workers')
      .set({
        fulfilments: worker.fulfilments + 1,
        things: worker.things + job.things,
        reward_cents: worker.reward_cents + job.rewardCents,
        samples: JSON.stringify(samples),
      })
      .where('id', '=', workerId),
  );
}
