import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppDatabase } from '#main/db/database.ts';
import { run } from '#main/db/work.ts';
import { type ImagesService, pictureKey } from '#main/horde/images/index.ts';
import { availableCents } from '#main/horde/kudos/index.ts';
import type { Modes } from '#main/horde/modes/index.ts';
import { type HordeQueue, shapeOf } from '#main/horde/queue/index.ts';
import type { User } from '#main/horde/users/index.ts';
import type { WorkersService } from '#main/horde/workers/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { activationTaxCents, baselineFromName } from '#shared/horde/kudos/rules.ts';
import {
  checkImageParams,
  checkSubmission,
  deriveImageRequest,
  type RequestShape,
} from '#shared/horde/requests/rules.ts';
import type {
  GenerationInput,
  RequestAsync,
  RequestStatus,
  RequestStatusCheck,
} from '#shared/horde/requests/schema.ts';
import { downgrade, freeSide, needsUpfront } from '#shared/horde/requests/upfront.ts';
import { createFeasibility } from './feasible.ts';
import { type Price, priceOf } from './price.ts';
import { parseSources, sourceKeys, storeSources } from './sources.ts';
import { createStatusReader, generationsOf, type RequestRow } from './status.ts';
import {
  cancelRequest,
  checkConcurrency,
  deleteExpired,
  insertRequest,
  kudosUpfront,
  type RequestOrigin,
  requestLifeMs,
} from './units.ts';

export interface RequestsService {
  /** Accepts or prices a request. @throws ProblemError of `api.md` 5.1 */
  accept(
    input: GenerationInput,
    authenticate: () => Promise<User>,
    from: Omit<RequestOrigin, 'caller'>,
  ): Promise<RequestAsync>;
  check(id: string): Promise<RequestStatusCheck>;
  status(id: string, base: string): Promise<RequestStatus>;
  /** Hands out nothing more; running jobs may still deliver. */
  cancel(id: string, base: string): Promise<RequestStatus>;
  /** Cancels everything that waits: the horde enters maintenance. */
  cancelAll(): Promise<void>;
  /** Called after a request has entered the queue. */
  onQueued(listener: () => void): () => void;
  /** Deletes expired requests with their pictures. */
  sweep(now: number): Promise<void>;
}

export interface RequestsOptions {
  readonly db: AppDatabase;
  readonly queue: HordeQueue;
  readonly workers: WorkersService;
  readonly images: ImagesService;
  readonly modes: () => Modes;
  readonly clock: Clock;
  readonly random?: () => number;
}

/** Requests that one commit ends. */
const batchSize = 100;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Requests of the private horde: accepted, followed, cancelled (`queue.md` 1). */
export function createRequestsService(options: RequestsOptions): RequestsService {
  const { db, queue, workers, images, clock } = options;
  const random = options.random ?? Math.random;
  const listeners = new Set<() => void>();
  const isFeasible = createFeasibility(workers.live, clock);
  const reader = createStatusReader({ queue, live: workers.live, isFeasible, clock });

  const find = async (id: string): Promise<RequestRow> => {
    const found = await db.read
      .selectFrom('horde_requests')
      .selectAll()
      .where('id', '=', id)
      .where('expiry', '>', clock())
      .executeTakeFirst();
    if (!found) throw problem(404, 'RequestNotFound', `Request ${id} was not found.`);
    return found;
  };
  const jobsOf = (id: string) =>
    db.read.selectFrom('horde_jobs').selectAll().where('request_id', '=', id).orderBy('slot').execute();
  // A polled request lives on; written only when it gains at least a minute (`decisions.md` 10).
  const keepAlive = async (found: RequestRow) => {
    const expiry = clock() + requestLifeMs;
    if (expiry - found.expiry < 60_000) return;
    await db.write(() =>
      run(db.query.updateTable('horde_requests').set({ expiry }).where('id', '=', found.id)),
    );
  };
  const statusOf = async (found: RequestRow, base: string): Promise<RequestStatus> => {
    const jobs = await jobsOf(found.id);
    return {
      ...reader.check(found, jobs),
      generations: await generationsOf(jobs, images, { base, r2: shapeOf(found).r2 }),
      shared: false,
    };
  };
  /** What is accepted in place of what was asked, and what has to be reserved for it (`queue.md` 1.8). */
  const admit = async (
    asked: RequestShape,
    caller: User,
    mayDowngrade: boolean,
  ): Promise<{ shape: RequestShape; holdCents: number }> => {
    // The owner of this computer waits for nobody's kudos on it (`decisions.md` 41).
    if (caller.isAdmin) return { shape: asked, holdCents: 0 };
    const { slots, running } = queue.totals();
    const load = { threads: workers.live.power().threads, jobs: slots + running };
    const side = freeSide(
      load,
      asked.models.map((model) => baselineFromName(model)),
    );
    if (!needsUpfront(asked, side)) return { shape: asked, holdCents: 0 };
    const holdCents = totalCents(asked, priceOf(asked));
    const available = await db.readUnit(() => availableCents(db.query, caller.id));
    if (available >= holdCents) return { shape: asked, holdCents };
    if (!mayDowngrade) throw kudosUpfront(holdCents);
    return { shape: downgrade(asked, side), holdCents: 0 };
  };
  const enqueue = async (
    input: GenerationInput,
    origin: RequestOrigin,
    admitted: { shape: RequestShape; holdCents: number; baseKudos: number },
  ): Promise<string> => {
    const id = randomUUID();
    const sources = await storeSources(images, id, input);
    try {
      const taxCents = taxCentsOf(admitted.shape);
      const stored = { id, ...admitted, origin, taxCents, sources, now: clock() };
      queue.add(await db.write(() => insertRequest(db.query, stored)));
    } catch (error) {
      for (const key of sourceKeys(sources)) await images.remove('source', key);
      throw error;
    }
    for (const listener of listeners) listener();
    return id;
  };
  const cancel = async (id: string): Promise<void> => {
    await db.write(() => cancelRequest(db.query, id, clock()));
    queue.remove(id);
  };

  return {
    accept: async (input, authenticate, from) => {
      refuseUnavailable(input, options.modes());
      const caller = await authenticate();
      const origin: RequestOrigin = { ...from, caller };
      checkSubmission(input, caller);
      if ((input.workers ?? []).length > 0 && !(await workers.exists(input.workers ?? []))) {
        throw problem(404, 'WorkerNotFound', 'A worker of the list was not found.');
      }
      const asked = deriveImageRequest(input, random, caller);
      // A price is told whatever waits already.
      if (input.dry_run !== true) await db.readUnit(() => checkConcurrency(db.query, origin, asked));
      checkImageParams(input, origin.clientAgent);
      const { shape, holdCents } = await admit(asked, caller, input.allow_downgrade ?? false);
      const price = priceOf(shape);
      if (input.dry_run === true) return { kudos: Math.round(totalCents(shape, price) / 100) };
      const id = await enqueue(input, origin, { shape, holdCents, baseKudos: price.baseKudos });
      const isQuiet = isFeasible(shape, caller.id) || options.modes().isRaided;
      const kudos = Math.round(price.costCents / 100);
      return { id, kudos, ...(isQuiet ? {} : noWorkerWarning()) };
    },
    check: async (id) => {
      const found = await find(id);
      await keepAlive(found);
      return reader.check(found, await jobsOf(id));
    },
    status: async (id, base) => {
      const found = await find(id);
      await keepAlive(found);
      return statusOf(found, base);
    },
    cancel: async (id, base) => {
      await find(id);
      await cancel(id);
      return statusOf(await find(id), base);
    },
    cancelAll: async () => {
      const waiting = [...queue.open().keys()];
      for (let at = 0; at < waiting.length; at += batchSize) {
        await Promise.all(waiting.slice(at, at + batchSize).map((id) => cancel(id)));
      }
    },
    onQueued: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    sweep: async (now) => {
      for (;;) {
        const expired = await db.write(() => deleteExpired(db.query, now, batchSize));
        for (const { id, sources, jobIds } of expired) {
          queue.remove(id);
          for (const jobId of jobIds) {
            queue.ended(jobId);
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

/** What is refused before anybody asks who calls (`api.md` 5.1, rows 3 to 5). */
function refuseUnavailable(input: GenerationInput, modes: Modes): void {
  if (input.style !== undefined) throw problem(404, 'StyleNotFound', `Style '${input.style}' was not found.`);
  if (modes.isInMaintenance) {
    throw problem(400, 'MaintenanceMode', 'This horde is in maintenance mode. Try again later.');
  }
  if (input.webhook !== undefined)
    throw problem(400, 'BadRequest', 'Webhooks are not allowed on this horde.');
}

function taxCentsOf(shape: RequestShape): number {
  return activationTaxCents({ extraSourceImages: shape.extraSourceImages, usesForeignStyle: false });
}

/** What the whole request costs if every picture is made with its dearest model. */
function totalCents(shape: RequestShape, { costCents }: Price): number {
  return costCents * shape.jobs + taxCentsOf(shape);
}

function noWorkerWarning(): Pick<RequestAsync, 'message' | 'warnings'> {
  const message = 'No active worker can do this request now. It waits until one appears.';
  return { message, warnings: [{ code: 'NoAvailableWorker', message }] };
}
