import type { Selectable } from 'kysely';
import { prepared } from '#main/db/prepared.ts';
import type { HordeJobTable, HordeRequestTable, RequestType } from '#main/db/tables/horde-work.ts';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { chargeSharedKey, settleJob } from '#main/horde/kudos/index.ts';
import { shapeOf } from '#main/horde/queue/index.ts';
import { releaseWhenOver, requestLifeMs } from '#main/horde/requests/index.ts';
import { recordStat } from '#main/horde/stats/index.ts';
import { recordProblem, suspectWorker } from '#main/horde/suspicion/index.ts';
import { countFulfilment, type WorkerPorts } from '#main/horde/workers/index.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';
import { unreasonableSpeed } from '#shared/horde/suspicion/rules.ts';
import { textModelBillions } from '#shared/horde/workers/text-models.ts';
import type { JobFacts, JobResult } from './types.ts';

/** A job that was completed now, with all that others are told of it. */
export interface Completed {
  readonly type: RequestType;
  readonly jobId: string;
  readonly requestId: string;
  readonly requesterId: number;
  /** Where its requester wants to be told. */
  readonly webhook: string | null;
  readonly shape: Shapes[RequestType];
  readonly workerId: string;
  readonly workerName: string;
  readonly model: string;
  readonly result: JobResult;
  /** What the worker's owner is told to have earned. */
  readonly rewardCents: number;
  /** Pixelsteps or tokens. */
  readonly things: number;
  readonly tookMs: number;
  /** The worker's owner became trusted by the reward. */
  readonly promotedOwner: number | undefined;
}

export interface CompleteOptions<T extends RequestType> {
  readonly type: T;
  readonly jobId: string;
  /** Digest of the submit: an identical repeat is answered alike. */
  readonly digest: string;
  readonly resultOf: (facts: JobFacts<T>) => JobResult;
  /** The worker submits from this computer. */
  readonly isLocal: boolean;
  readonly now: number;
}

/** What completing a job asks of other features. */
export interface CompletePorts extends Pick<WorkerPorts, 'teams'> {
  /** How an address is counted: IPv6 as its network. */
  readonly addressKeyOf?: (ip: string) => string | undefined;
}

type Job = Selectable<HordeJobTable>;
type Request = Selectable<HordeRequestTable>;

const jobById = prepared((query, { id }: { id: string }) =>
  query.selectFrom('horde_jobs').selectAll().where('id', '=', id),
);
const requestById = prepared((query, { id }: { id: string }) =>
  query.selectFrom('horde_requests').selectAll().where('id', '=', id),
);
const chargeRequest = prepared(
  (query, { id, cents, expiry }: { id: string; cents: number; expiry: number }) =>
    query
      .updateTable('horde_requests')
      .set((e) => ({ consumed_cents: e('consumed_cents', '+', cents), expiry }))
      .where('id', '=', id),
);

/** Completes a job and settles its kudos in the same unit; nothing when it had ended before. */
export function* completeJob<T extends RequestType>(
  query: Query,
  options: CompleteOptions<T>,
  ports: CompletePorts = {},
): Work<Completed | undefined> {
  const { type, now } = options;
  const job = yield* row(jobById(query, { id: options.jobId }));
  if (!job || job.state !== 'processing') return undefined;
  const request = yield* row(requestById(query, { id: job.request_id }));
  if (!request) return undefined;
  const shape = shapeOf(type, request);
  const isWorkerTrusted = yield* isTrusted(query, job.worker_owner_id);
  const result = options.resultOf({ job, request, shape, isWorkerTrusted });
  yield* storeResult(query, job, result, options.digest);
  const { priceCents, rewardCents, things } = result;
  const expiry = Math.max(request.expiry, now + requestLifeMs);
  yield* run(chargeRequest(query, { id: request.id, cents: priceCents, expiry }));
  const settled = yield* settleJob(query, {
    kind: type,
    jobId: job.id,
    requestId: request.id,
    requesterId: request.user_id,
    workerOwnerId: job.worker_owner_id,
    priceCents,
    rewardCents,
    things,
    now,
  });
  if (request.shared_key_id !== null) yield* chargeSharedKey(query, request.shared_key_id, priceCents);
  yield* releaseWhenOver(query, request.id, now);
  // The results of a batch are timed together, so one of them took its share (`queue.md` Q-24).
  const tookMs = (now - job.started) / (yield* batchSize(query, job));
  yield* countWork(query, { type, job, result, tookMs, now }, ports);
  yield* watch(query, { request, job, result, isWorkerTrusted, tookMs, options }, ports);
  return {
    type,
    jobId: job.id,
    requestId: request.id,
    requesterId: request.user_id,
    webhook: request.webhook,
    shape,
    workerId: job.worker_id,
    workerName: job.worker_name,
    model: job.model,
    result,
    rewardCents,
    things,
    tookMs,
    promotedOwner: settled.isPromoted ? job.worker_owner_id : undefined,
  };
}

function* storeResult(query: Query, job: Job, result: JobResult, digest: string): Work<void> {
  yield* run(
    markCompleted(query, {
      id: job.id,
      digest,
      reward_cents: result.rewardCents,
      seed: result.seed,
      metadata: JSON.stringify(result.metadata),
      is_censored: result.isCensored ? 1 : 0,
      has_picture: result.text === null ? 1 : 0,
      text: result.text,
    }),
  );
}

type StoredResult = Pick<
  Job,
  'id' | 'digest' | 'reward_cents' | 'seed' | 'metadata' | 'is_censored' | 'has_picture' | 'text'
>;
const markCompleted = prepared((query, { id, ...result }: StoredResult) =>
  query
    .updateTable('horde_jobs')
    .set({ state: 'completed', ...result })
    .where('id', '=', id),
);

const trustOf = prepared((query, { id }: { id: number }) =>
  query.selectFrom('users').select(['is_trusted', 'is_admin']).where('id', '=', id),
);

function* isTrusted(query: Query, userId: number): Work<boolean> {
  const user = yield* row(trustOf(query, { id: userId }));
  return user?.is_trusted === 1 || user?.is_admin === 1;
}

/** Counts a finished job for its worker, its team and the statistics of the horde. */
function* countWork(
  query: Query,
  done: { type: RequestType; job: Job; result: JobResult; tookMs: number; now: number },
  ports: CompletePorts,
): Work<void> {
  const { type, job, tookMs, now } = done;
  const { things, rewardCents } = done.result;
  const perSecond = (things * 1000) / tookMs;
  const sample = tookMs > 0 ? Math.round(perSecond * 10) / 10 : 1;
  const fulfilment = { workerId: job.worker_id, kind: type, things, rewardCents, sample };
  yield* countFulfilment(query, fulfilment, ports);
  yield* recordStat(query, { type, model: job.model, things, now });
}

/** Notes what speaks against a worker that is too fast, and what was reported as abuse (GEN-04). */
function* watch<T extends RequestType>(
  query: Query,
  done: {
    readonly request: Request;
    readonly job: Job;
    readonly result: JobResult;
    readonly isWorkerTrusted: boolean;
    readonly tookMs: number;
    readonly options: CompleteOptions<T>;
  },
  { addressKeyOf }: CompletePorts,
): Work<void> {
  const { request, job, result, options } = done;
  const { now } = options;
  const seen = {
    seconds: done.tookMs / 1000,
    isOwnerTrusted: done.isWorkerTrusted,
    isLocal: options.isLocal,
  };
  const { model } = job;
  const speed = unreasonableSpeed(
    options.type === 'image'
      ? { ...seen, kind: 'image', pixelsteps: result.things }
      : { ...seen, kind: 'text', tokens: result.things, model, billionParameters: textModelBillions(model) },
  );
  if (speed !== undefined) {
    const detail = speed.toFixed(1);
    yield* suspectWorker(query, { workerId: job.worker_id, type: 'UNREASONABLY_FAST', detail, now });
  }
  if (!result.isReported) return;
  yield* recordProblem(query, {
    jobId: job.id,
    userId: request.user_id,
    workerId: job.worker_id,
    addressKey: request.ip === null ? undefined : (addressKeyOf?.(request.ip) ?? request.ip),
    proxiedAccount: request.proxied_account ?? undefined,
    now,
  });
}

// By the request's few jobs: asked for the worker too, SQLite would go through all that the worker made.
const jobsOfRequest = prepared((query, { id }: { id: string }) =>
  query.selectFrom('horde_jobs').select(['worker_id', 'started']).where('request_id', '=', id),
);

/** Jobs of the same request that the worker took in the same pop. */
function* batchSize(query: Query, job: Job): Work<number> {
  const siblings = yield* rows(jobsOfRequest(query, { id: job.request_id }));
  const isSamePop = (other: { worker_id: string; started: number }) =>
    other.worker_id === job.worker_id && other.started === job.started;
  return Math.max(1, siblings.filter(isSamePop).length);
}
