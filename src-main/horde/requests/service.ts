import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppDatabase } from '#main/db/database.ts';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import { run } from '#main/db/work.ts';
import { type ImagesService, pictureKey, type SourceRules } from '#main/horde/images/index.ts';
import type { Modes } from '#main/horde/modes/index.ts';
import { type HordeQueues, shapeOf } from '#main/horde/queue/index.ts';
import type { WorkersService } from '#main/horde/workers/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { baselineImageSpeed, imageMatching } from '#shared/horde/jobs/image-match.ts';
import { textMatching } from '#shared/horde/jobs/text-match.ts';
import type { RequestAsync, RequestStatusCheck } from '#shared/horde/requests/schema.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';
import { type Admitted, type Arrival, createAdmission } from './accept.ts';
import { createFeasibility, type Feasibility } from './feasible.ts';
import type { Authenticate, RequestPorts } from './ports.ts';
import { refuseRating } from './rating.ts';
import { type JobRow, jobsOfRequest, liveRequest, progressOfRequest, type RequestRow } from './reads.ts';
import { parseSources, sourceKeys } from './sources.ts';
import { createStatusReader, picturesOf, type StatusReader, textsOf } from './status.ts';
import { createTypeRules, type Inputs, type ModelReferences, type Statuses } from './types.ts';
import { cancelRequest, deleteExpired, insertRequest, requestLifeMs } from './units.ts';

export interface RequestsService {
  /** Accepts or prices a request. @throws ProblemError of `api.md` 5.1 and 5.2 */
  accept<T extends RequestType>(
    type: T,
    input: Inputs[T],
    authenticate: Authenticate,
    from: Arrival,
  ): Promise<RequestAsync>;
  /** @throws ProblemError 404 `RequestNotFound` · 403 `Forbidden` */
  check(id: string, from?: Arrival): Promise<RequestStatusCheck>;
  status<T extends RequestType>(type: T, id: string, base: string): Promise<Statuses[T]>;
  /** Hands out nothing more; running jobs may still deliver. */
  cancel<T extends RequestType>(type: T, id: string, base: string): Promise<Statuses[T]>;
  /** Judges ratings of a request's pictures. @throws ProblemError 404, 400 always: nothing is public */
  rate(id: string): Promise<never>;
  /** Cancels everything that waits: the horde enters maintenance. */
  cancelAll(): Promise<void>;
  /** Cancels what waits of an account or a shared key that goes away (`decisions.md` 52). */
  cancelOf(whose: { readonly userId: number } | { readonly sharedKeyId: string }): Promise<void>;
  /** Called after a request has entered the queue. */
  onQueued(listener: (queued: { readonly type: RequestType }) => void): () => void;
  /** Deletes expired requests with their pictures. */
  sweep(now: number): Promise<void>;
}

export interface RequestsOptions extends RequestPorts, SourceRules {
  readonly db: AppDatabase;
  readonly queues: HordeQueues;
  readonly workers: WorkersService;
  readonly images: ImagesService;
  readonly modes: () => Modes;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly references?: ModelReferences;
}

/** Requests that one commit ends. */
const batchSize = 100;
const baselineTextSpeed = 1;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Requests of the private horde: accepted, followed, cancelled (`queue.md` 1). */
export function createRequestsService(options: RequestsOptions): RequestsService {
  const { db, queues, images, clock } = options;
  const listeners = new Set<(queued: { type: RequestType }) => void>();
  const rules = createTypeRules(options.references ?? {}, options.random ?? Math.random);
  const admit = createAdmission({ ...options, rules });
  const { feasible, readers } = readersOf(options);

  const find = async (type: RequestType, id: string): Promise<RequestRow> => {
    const [found] = await db.select(liveRequest(db.query, { id, type, now: clock() }));
    if (!found) throw problem(404, 'RequestNotFound', `Request ${id} was not found.`);
    return found;
  };
  const jobsOf = (id: string) => db.select(jobsOfRequest(db.query, { id }));
  const check = async (found: RequestRow) =>
    readers.image.check(found, await db.select(progressOfRequest(db.query, { id: found.id })));
  // A polled request lives on; written only when it gains at least a minute (`decisions.md` 10).
  const keepAlive = async (found: RequestRow) => {
    const expiry = clock() + requestLifeMs;
    if (expiry - found.expiry < 60_000) return;
    await db.write(() =>
      run(db.query.updateTable('horde_requests').set({ expiry }).where('id', '=', found.id)),
    );
  };
  const views: {
    readonly [T in RequestType]: (found: RequestRow, jobs: JobRow[], base: string) => Promise<Statuses[T]>;
  } = {
    image: async (found, jobs, base) => ({
      ...readers.image.check(found, jobs),
      generations: await picturesOf(jobs, images, { base, r2: shapeOf('image', found).r2 }),
      shared: false,
    }),
    text: async (found, jobs) => ({ ...readers.text.check(found, jobs), generations: textsOf(jobs) }),
  };
  const enqueue = async <T extends RequestType>(admitted: Admitted<T>): Promise<string> => {
    const { type, input, shape } = admitted;
    const id = randomUUID();
    const sources = await rules[type].storeSources(images, id, input, options);
    try {
      const things = rules[type].things(shape);
      const stored = { ...admitted, id, things, webhook: input.webhook, sources, now: clock() };
      queues[type].add(await db.write(() => insertRequest(db.query, stored, options)));
    } catch (error) {
      for (const key of sourceKeys(sources)) await images.remove('source', key);
      throw error;
    }
    for (const listener of listeners) listener({ type });
    return id;
  };
  const cancel = async (type: RequestType, id: string): Promise<void> => {
    await db.write(() => cancelRequest(db.query, id, clock()));
    queues[type].remove(id);
  };
  const cancelEach = async (type: RequestType, ids: readonly string[]): Promise<void> => {
    for (let at = 0; at < ids.length; at += batchSize) {
      await Promise.all(ids.slice(at, at + batchSize).map((id) => cancel(type, id)));
    }
  };

  return {
    accept: async (type, input, authenticate, from) => {
      const admitted = await admit(type, input, authenticate, from);
      if (input.dry_run === true) return { kudos: Math.round(admitted.totalCents / 100) };
      const { shape, origin, costCents, warnings } = admitted;
      const id = await enqueue(admitted);
      const isQuiet = feasible[type](shape, origin.caller.id) || options.modes().isRaided;
      return answerOf({ type, id, costCents, isQuiet, warnings });
    },
    check: async (id, from) => {
      await refuseStrangers(options, from);
      const found = await find('image', id);
      await keepAlive(found);
      return check(found);
    },
    status: async (type, id, base) => {
      const found = await find(type, id);
      await keepAlive(found);
      return views[type](found, await jobsOf(id), base);
    },
    cancel: async (type, id, base) => {
      await find(type, id);
      await cancel(type, id);
      return views[type](await find(type, id), await jobsOf(id), base);
    },
    rate: async (id) => {
      return refuseRating(await check(await find('image', id)));
    },
    cancelAll: async () => {
      await cancelEach('image', [...queues.image.open().keys()]);
      await cancelEach('text', [...queues.text.open().keys()]);
    },
    cancelOf: async (whose) => {
      const waiting = db.read.selectFrom('horde_requests').select(['id', 'type']).where('open_slots', '>', 0);
      const found = await (
        'userId' in whose
          ? waiting.where('user_id', '=', whose.userId)
          : waiting.where('shared_key_id', '=', whose.sharedKeyId)
      ).execute();
      for (const type of ['image', 'text'] as const) {
        await cancelEach(
          type,
          found.filter((it) => it.type === type).map((it) => it.id),
        );
      }
    },
    onQueued: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    sweep: async (now) => {
      for (;;) {
        const expired = await db.write(() => deleteExpired(db.query, now, batchSize));
        for (const { id, type, sources, jobIds } of expired) {
          queues[type].remove(id);
          for (const jobId of jobIds) {
            queues[type].ended(jobId);
            if (type === 'text') continue;
            images.drop(jobId);
            await images.remove('transient', pictureKey(jobId));
          }
          for (const key of sourceKeys(parseSources(sources))) await images.remove('source', key);
        }
        if (expired.length < batchSize) return;
        await nextTurn();
      }
    },
  };
}

function readersOf({ queues, workers: { live }, clock }: RequestsOptions): {
  readonly feasible: { readonly [T in RequestType]: Feasibility<Shapes[T]> };
  readonly readers: Readonly<Record<RequestType, StatusReader>>;
} {
  const image = createFeasibility(imageMatching, live.image, clock);
  const text = createFeasibility(textMatching, live.text, clock);
  return {
    feasible: { image, text },
    readers: {
      image: createStatusReader({
        type: 'image',
        queue: queues.image,
        live: live.image,
        baselineSpeed: baselineImageSpeed,
        isFeasible: image,
        clock,
      }),
      text: createStatusReader({
        type: 'text',
        queue: queues.text,
        live: live.text,
        baselineSpeed: baselineTextSpeed,
        isFeasible: text,
        clock,
      }),
    },
  };
}

/** Polls without a name of their own, from an address in timeout (`api.md` 5.1). */
async function refuseStrangers({ addresses }: RequestPorts, from: Arrival | undefined): Promise<void> {
  if (!from || !from.clientAgent.startsWith('unknown:')) return;
  if ((await addresses?.isTimedOut(from.ip)) === true) {
    throw problem(403, 'Forbidden', 'Nothing is told to this address at the moment.');
  }
}

function answerOf(accepted: {
  readonly type: RequestType;
  readonly id: string;
  readonly costCents: number;
  readonly isQuiet: boolean;
  readonly warnings: NonNullable<RequestAsync['warnings']>;
}): RequestAsync {
  const message = 'No active worker can do this request now. It waits until one appears.';
  const nobody = accepted.isQuiet ? [] : [{ code: 'NoAvailableWorker', message }];
  const warnings = [...nobody, ...accepted.warnings];
  return {
    id: accepted.id,
    kudos: Math.round(accepted.costCents / 100),
    ...(accepted.isQuiet ? {} : { message }),
    ...(accepted.type === 'text' || warnings.length === 0 ? {} : { warnings }),
  };
}
