import { createHash } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import type { ImagesService } from '#main/horde/images/index.ts';
import { parseSources, shapeOf } from '#main/horde/requests/index.ts';
import type { User } from '#main/horde/users/index.ts';
import type { LiveWorker, WorkersService } from '#main/horde/workers/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { PopAnswer, PopInput, SubmitAnswer, SubmitInput } from '#shared/horde/jobs/schema.ts';
import { submitVerdict } from '#shared/horde/jobs/states.ts';
import { resultLimits } from '#shared/horde/requests/rules.ts';
import { candidates, skippedReasons } from './candidates.ts';
import { assign, type Assignment, completeJob, faultJob } from './units.ts';

export interface JobStarted {
  readonly jobId: string;
  readonly requestId: string;
}

export interface JobsService {
  /** Hands out jobs to a worker, registering it at its first pop. @throws ProblemError of `api.md` 5.1 */
  pop(input: PopInput, caller: User, connection: { base: string; ip: string }): Promise<PopAnswer>;
  /** Takes a result; an identical repeat is answered alike and moves nothing. */
  submit(input: SubmitInput, caller: () => Promise<User>): Promise<SubmitAnswer>;
  /** Whether a job still takes uploads. */
  isOpen(jobId: string): Promise<boolean>;
  onJobStarted(listener: (started: JobStarted) => void): () => void;
  /** Gives up overdue jobs. Call at start and every few seconds. */
  sweep(now: number): Promise<void>;
}

export interface JobsOptions {
  readonly db: AppDatabase;
  readonly workers: WorkersService;
  readonly images: ImagesService;
  readonly clock: Clock;
  readonly random?: () => number;
}

const resultQuality = 95;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Jobs of the private horde: handed out, taken back, settled (`queue.md` 2, 3). */
export function createJobsService(options: JobsOptions): JobsService {
  const { db, workers, images, clock } = options;
  const random = options.random ?? Math.random;
  const listeners = new Set<(started: JobStarted) => void>();
  const find = (id: string) =>
    db.read
      .selectFrom('horde_jobs as j')
      .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
      .selectAll('j')
      .select('r.shape')
      .where('j.id', '=', id)
      .executeTakeFirst();

  const takeJob = async (worker: LiveWorker, input: PopInput): Promise<Assignment | undefined> => {
    const prioritised = (input.priority_usernames ?? []).map(userIdOf);
    for await (const requestId of candidates(db, worker, prioritised, clock())) {
      const taken = await db.write(() =>
        assign(db, requestId, worker, { amount: input.amount ?? 1, now: clock(), random }),
      );
      if (taken) return taken;
    }
    return undefined;
  };
  const accept = async (
    input: SubmitInput,
    digest: string,
    shapeJson: string,
  ): Promise<number | undefined> => {
    const isErased =
      input.state === 'csam' || (input.gen_metadata ?? []).some((item) => item.value === 'csam');
    if (!isErased) {
      const bytes = pictureOf(input, images);
      const limits = resultLimits(shapeOf({ shape: shapeJson }));
      await images.store('transient', `${input.id}.webp`, bytes, limits, resultQuality);
    }
    const now = clock();
    const reward = await db.write(() =>
      completeJob(db, { submit: input, digest, hasPicture: !isErased, now }),
    );
    images.drop(input.id);
    return reward;
  };

  return {
    pop: async (input, caller, { base, ip }) => {
      for (const name of input.priority_usernames ?? []) userIdOf(name);
      const worker = await workers.checkIn(input, caller, ip);
      const taken = await takeJob(worker, input);
      if (!taken) {
        if (worker.isInMaintenance) {
          throw problem(
            403,
            'WorkerMaintenance',
            worker.maintenanceMessage ?? 'This worker is in maintenance.',
          );
        }
        return emptyAnswer(await skippedReasons(db, worker, clock()));
      }
      for (const jobId of taken.ids) {
        for (const listener of listeners) listener({ jobId, requestId: taken.requestId });
      }
      return answerOf(taken, images, base);
    },
    submit: async (input, authenticate) => {
      const job = await find(input.id);
      if (!job) throw problem(404, 'InvalidJobID', `Processing Job with ID ${input.id} does not exist.`);
      const caller = await authenticate();
      if (job.worker_owner_id !== caller.id) {
        throw problem(403, 'WrongCredentials', 'The worker of this job belongs to somebody else.');
      }
      if ((input.gen_metadata ?? []).length > 50) {
        throw problem(400, 'BadRequest', 'A picture has at most 50 metadata entries.');
      }
      const digest = digestOf(input);
      const isFault = input.state === 'faulted';
      if (job.state === 'processing') {
        const reward = isFault
          ? (await db.write(() => faultJob(db, job.id, clock()))) || undefined
          : await accept(input, digest, job.shape);
        await workers.refresh(job.worker_id);
        if (isFault) images.drop(job.id);
        if (reward !== undefined) return { reward: typeof reward === 'number' ? reward / 100 : 0 };
      }
      const settled = (await find(input.id)) ?? job;
      switch (submitVerdict(settled, { isFault, digest })) {
        case 'repeat':
          return { reward: settled.reward_cents / 100 };
        case 'ignored':
          return { reward: 0 };
        case 'duplicate':
          if (workers.online().some((it) => it.id === job.worker_id && it.isInMaintenance))
            return { reward: 0 };
          throw problem(400, 'DuplicateGen', `Processing Job with ID ${input.id} was already submitted.`);
        default:
          throw problem(
            400,
            'AbortedGen',
            `Job ${input.id} took too long and was given up. Please check your worker speed.`,
          );
      }
    },
    isOpen: async (jobId) => (await find(jobId))?.state === 'processing',
    onJobStarted: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    sweep: async (now) => {
      const overdue = await db.read
        .selectFrom('horde_jobs')
        .select(['id', 'worker_id'])
        .where('state', '=', 'processing')
        .where('deadline', '<', now)
        .execute();
      await Promise.all(overdue.map(({ id }) => db.write(() => faultJob(db, id, now))));
      for (const { id } of overdue) images.drop(id);
      for (const workerId of new Set(overdue.map((job) => job.worker_id))) await workers.refresh(workerId);
    },
  };
}

/** The number after the last `#` of `alias#number`. */
function userIdOf(name: string): number {
  const id = /#([0-9]{1,10})$/.exec(name)?.[1];
  if (id === undefined) throw problem(400, 'InvalidPriorityUsername', `'${name}' is not alias#number.`);
  return Number(id);
}

function pictureOf(input: SubmitInput, images: ImagesService): Uint8Array {
  const bytes = input.generation === 'R2' ? images.held(input.id) : Buffer.from(input.generation, 'base64');
  if (bytes && bytes.length > 0) return bytes;
  throw problem(
    400,
    'ImageValidationFailed',
    'No picture came with this submit. Upload it and submit again.',
  );
}

/** The same for submits that say the same, whatever the order of their keys. */
function digestOf(input: SubmitInput): string {
  const metadata = (input.gen_metadata ?? []).map((item) => [item.type, item.value, item.ref ?? null]);
  const said = [input.id, input.generation, input.state ?? 'ok', input.seed, metadata];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

function emptyAnswer(skipped: PopAnswer['skipped']): PopAnswer {
  return {
    payload: {
      sampler_name: 'k_euler_a',
      cfg_scale: 7.5,
      height: 512,
      width: 512,
      karras: false,
      tiling: false,
      hires_fix: false,
      transparent: false,
      image_is_control: false,
      return_control_map: false,
      ddim_steps: 30,
      n_iter: 1,
    },
    id: null,
    ids: [],
    model: null,
    ttl: null,
    source_image: null,
    source_processing: 'img2img',
    source_mask: null,
    extra_source_images: null,
    r2_upload: null,
    r2_uploads: null,
    messages: [],
    skipped,
  };
}

function answerOf(taken: Assignment, images: ImagesService, base: string): PopAnswer {
  const { shape, ttlSeconds } = taken;
  const uploads = taken.ids.map((id) => images.uploadLink(base, id, ttlSeconds));
  const sources = parseSources(taken.sources);
  const link = (key: string) => images.downloadLink(base, 'source', key, Math.max(1800, ttlSeconds + 300));
  return {
    payload: {
      tiling: false,
      hires_fix: false,
      transparent: false,
      image_is_control: false,
      return_control_map: false,
      ...shape.params,
      prompt: shape.prompt,
      ddim_steps: shape.steps,
      n_iter: taken.ids.length,
      seed: String(taken.seed),
      ...(!shape.nsfw && shape.censorNsfw ? { use_nsfw_censor: true } : {}),
    },
    id: taken.ids[0] ?? null,
    ids: [...taken.ids],
    model: taken.model,
    ttl: ttlSeconds,
    source_image: sources?.image === undefined ? null : link(sources.image),
    source_processing: shape.sourceProcessing,
    source_mask: sources?.mask === undefined ? null : link(sources.mask),
    extra_source_images: sources?.extras.length
      ? sources.extras.map(({ key, strength }) => ({ image: link(key), strength }))
      : null,
    r2_upload: uploads[0] ?? null,
    r2_uploads: uploads,
    messages: [],
    skipped: {},
  };
}
