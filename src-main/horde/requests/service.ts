import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import { row, run, type Work } from '#main/db/work.ts';
import type { ImagesService } from '#main/horde/images/index.ts';
import { chargeActivation } from '#main/horde/kudos/index.ts';
import type { User } from '#main/horde/users/index.ts';
import type { WorkersService } from '#main/horde/workers/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import {
  activationTaxCents,
  baselineFromName,
  imageBasePrice,
  imageCostCents,
  imageRewardCents,
  modelFactor,
} from '#shared/horde/kudos/rules.ts';
import {
  checkImageRequest,
  deriveImageRequest,
  queueScore,
  type RequestShape,
  thingsOf,
} from '#shared/horde/requests/rules.ts';
import type {
  GenerationInput,
  RequestAsync,
  RequestStatus,
  RequestStatusCheck,
} from '#shared/horde/requests/schema.ts';
import { createStatusReader, generationsOf, type RequestRow, shapeOf } from './status.ts';

export const requestLifeMs = 20 * 60_000;
const sourceLimits = { maxBytes: 5000 * 1024, maxWidth: 3072, maxHeight: 3072 };

export interface RequestsService {
  /** Accepts or prices a request. @throws ProblemError of `api.md` 5.1 */
  accept(input: GenerationInput, caller: User, clientAgent: string): Promise<RequestAsync>;
  check(id: string): Promise<RequestStatusCheck>;
  status(id: string, base: string): Promise<RequestStatus>;
  /** Hands out nothing more; running jobs may still deliver. */
  cancel(id: string, base: string): Promise<RequestStatus>;
  /** Called after a request has entered the queue. */
  onQueued(listener: () => void): () => void;
  /** Deletes expired requests with their pictures. */
  sweep(now: number): Promise<void>;
}

export interface RequestsOptions {
  readonly db: AppDatabase;
  readonly workers: WorkersService;
  readonly images: ImagesService;
  readonly clock: Clock;
  readonly random?: () => number;
}

/** Names of stored source pictures of a request. */
export interface StoredSources {
  readonly image?: string;
  readonly mask?: string;
  readonly extras: ReadonlyArray<{ readonly key: string; readonly strength: number }>;
}

/** Price of one picture: base in kudos and what the requester pays in cents with the dearest model. */
export function priceOf(shape: RequestShape): { baseKudos: number; costCents: number } {
  const baseKudos = imageBasePrice({
    width: shape.width,
    height: shape.height,
    steps: shape.steps,
    samplerName: shape.params.sampler_name,
    hiresFix: shape.params.hires_fix ?? false,
    hasSourceImage: shape.hasSourceImage,
    sourceProcessing: shape.sourceProcessing,
    denoisingStrength: shape.params.denoising_strength,
    controlType: shape.params.control_type,
    postProcessing: shape.params.post_processing ?? [],
    loraCount: shape.params.loras?.length ?? 0,
    tiCount: shape.params.tis?.length ?? 0,
  });
  const factor = Math.max(1, ...shape.models.map((model) => factorOf(shape, model)));
  return { baseKudos, costCents: costCentsOf(shape, imageRewardCents(baseKudos, factor)) };
}

export function factorOf(shape: RequestShape, model: string): number {
  const { workflow, hires_fix: hiresFix } = shape.params;
  return modelFactor(baselineFromName(model), { workflow, hiresFix: hiresFix ?? false });
}

/** What the requester pays for a picture whose worker earns `rewardCents`. */
export function costCentsOf(shape: RequestShape, rewardCents: number): number {
  return imageCostCents(rewardCents, {
    hasSourceImage: shape.hasSourceImage,
    postProcessing: shape.params.post_processing ?? [],
    slowWorkers: shape.slowWorkers,
    workerBlacklist: shape.workerBlacklist,
  });
}

/** Requests of the private horde: accepted, followed, cancelled (`queue.md` 1). */
export function createRequestsService(options: RequestsOptions): RequestsService {
  const { db, workers, images, clock } = options;
  const random = options.random ?? Math.random;
  const listeners = new Set<() => void>();
  const reader = createStatusReader(db, workers, clock);

  const find = async (id: string): Promise<RequestRow> => {
    const found = await db.read
      .selectFrom('horde_requests')
      .selectAll()
      .where('id', '=', id)
      .where('expiry', '>', clock())
      .executeTakeFirst();
    if (!found) throw new ProblemError(404, 'RequestNotFound', `Request ${id} was not found.`);
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
      ...(await reader.check(found, jobs)),
      generations: await generationsOf(jobs, images, { base, r2: shapeOf(found).r2 }),
      shared: false,
    };
  };
  const checkCaller = async (input: GenerationInput, caller: User, shape: RequestShape) => {
    if (shape.workers.length > 0 && !(await workers.exists(input.workers ?? []))) {
      throw new ProblemError(404, 'WorkerNotFound', 'A worker of the list was not found.');
    }
    const waiting = await db.read
      .selectFrom('horde_requests')
      .select((e) => e.fn.sum<number | null>('open_slots').as('n'))
      .where('user_id', '=', caller.id)
      .where('open_slots', '>', 0)
      .executeTakeFirst();
    if (Number(waiting?.n ?? 0) + shape.jobs > caller.concurrency) {
      throw new ProblemError(429, 'TooManyPrompts', `At most ${caller.concurrency} pictures may wait.`);
    }
  };

  return {
    accept: async (input, caller, clientAgent) => {
      if (caller.isDeleted) throw new ProblemError(403, 'DeletedUser', 'This account is being deleted.');
      checkImageRequest(input, caller.isTrusted, clientAgent);
      const shape = deriveImageRequest(input, random);
      await checkCaller(input, caller, shape);
      const price = priceOf(shape);
      const taxCents = activationTaxCents({
        extraSourceImages: shape.extraSourceImages,
        usesForeignStyle: false,
      });
      if (input.dry_run === true) {
        return { kudos: Math.round((price.costCents * shape.jobs + taxCents) / 100) };
      }
      const id = randomUUID();
      const sources = await storeSources(images, id, input);
      const now = clock();
      await db.write(() => {
        const stored = { id, shape, caller, baseKudos: price.baseKudos, taxCents, sources, clientAgent, now };
        return insertRequest(db, stored);
      });
      for (const listener of listeners) listener();
      const isPossible = reader.isPossible(await find(id));
      return { id, kudos: Math.round(price.costCents / 100), ...(isPossible ? {} : noWorkerWarning()) };
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
      await db.write(() => cancelRequest(db, id));
      return statusOf(await find(id), base);
    },
    onQueued: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    sweep: async (now) => {
      const expired = await db.read
        .selectFrom('horde_requests')
        .select(['id', 'sources'])
        .where('expiry', '<', now)
        .limit(200)
        .execute();
      for (const { id, sources } of expired) {
        const jobs = await jobsOf(id);
        await db.write(() => run(db.query.deleteFrom('horde_requests').where('id', '=', id)));
        for (const job of jobs) {
          images.drop(job.id);
          await images.remove('transient', `${job.id}.webp`);
        }
        for (const key of sourceKeys(parseSources(sources))) await images.remove('source', key);
      }
    },
  };
}

function noWorkerWarning(): Pick<RequestAsync, 'message' | 'warnings'> {
  const message = 'No active worker can do this request now. It waits until one appears.';
  return { message, warnings: [{ code: 'NoAvailableWorker', message }] };
}

export function parseSources(json: string | null): StoredSources | undefined {
  // Only `storeSources` makes this column.
  return json === null ? undefined : (JSON.parse(json) as StoredSources);
}

function sourceKeys(sources: StoredSources | undefined): string[] {
  const keys = [sources?.image, sources?.mask, ...(sources?.extras ?? []).map((extra) => extra.key)];
  return keys.filter((key) => key !== undefined);
}

/** Checks and stores the pictures that a request brings; on a failure none of them stays. */
async function storeSources(
  images: ImagesService,
  id: string,
  input: GenerationInput,
): Promise<StoredSources | undefined> {
  const done: string[] = [];
  const store = async (name: string, picture: string): Promise<string> => {
    if (/^https?:/i.test(picture)) {
      throw new ProblemError(
        400,
        'SourceImageUrlInvalid',
        'This horde takes no pictures by URL. Send base64.',
      );
    }
    const key = `${id}_${name}.webp`;
    await images.store('source', key, Buffer.from(picture, 'base64'), sourceLimits, 90);
    done.push(key);
    return key;
  };
  if (input.source_image === undefined && input.extra_source_images === undefined) return undefined;
  try {
    const image = input.source_image === undefined ? undefined : await store('src', input.source_image);
    const mask = input.source_mask === undefined ? undefined : await store('msk', input.source_mask);
    const extras: Array<{ key: string; strength: number }> = [];
    for (const [index, extra] of (input.extra_source_images ?? []).entries()) {
      extras.push({ key: await store(`extra_src_${index}`, extra.image), strength: extra.strength ?? 1 });
    }
    return { ...(image === undefined ? {} : { image }), ...(mask === undefined ? {} : { mask }), extras };
  } catch (error) {
    for (const key of done) await images.remove('source', key);
    throw error;
  }
}

function* insertRequest(
  db: AppDatabase,
  input: {
    id: string;
    shape: RequestShape;
    caller: User;
    baseKudos: number;
    taxCents: number;
    sources: StoredSources | undefined;
    clientAgent: string;
    now: number;
  },
): Work<void> {
  const { id, shape, caller, now } = input;
  yield* run(
    db.query.insertInto('horde_requests').values({
      id,
      user_id: caller.id,
      shape: JSON.stringify(shape),
      area: shape.width * shape.height,
      nsfw: shape.nsfw ? 1 : 0,
      names_models: shape.models.length > 0 ? 1 : 0,
      things: thingsOf(shape),
      // The balance before the tax is the priority (`queue.md` 1.9).
      score: queueScore(caller.isFlagged ? -100 : Math.trunc(caller.kudosCents / 100), now),
      asked: shape.jobs,
      open_slots: shape.jobs,
      next_slot: 0,
      is_cancelled: 0,
      base_kudos: input.baseKudos,
      consumed_cents: input.taxCents,
      sources: input.sources ? JSON.stringify(input.sources) : null,
      client_agent: input.clientAgent.slice(0, 255),
      created: now,
      expiry: now + requestLifeMs,
    }),
  );
  for (const model of shape.models) {
    yield* run(db.query.insertInto('horde_request_models').values({ request_id: id, model }));
  }
  yield* chargeActivation(db.query, { requestId: id, userId: caller.id, taxCents: input.taxCents, now });
}

function* cancelRequest(db: AppDatabase, id: string): Work<void> {
  const finished = yield* row(
    db.query
      .selectFrom('horde_jobs')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('request_id', '=', id)
      .where('state', '=', 'completed'),
  );
  yield* run(
    db.query
      .updateTable('horde_requests')
      .set({ open_slots: 0, asked: finished?.n ?? 0, is_cancelled: 1 })
      .where('id', '=', id),
  );
}
