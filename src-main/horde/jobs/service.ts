import { type Selectable, sql } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { HordeDecoyTable, HordeJobTable } from '#main/db/tables/horde-work.ts';
import { type ImagesService, pictureKey } from '#main/horde/images/index.ts';
import type { Modes } from '#main/horde/modes/index.ts';
import { type HordeQueue, shapeOf } from '#main/horde/queue/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { type LiveWorker, maintenanceText, type WorkersService } from '#main/horde/workers/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { PopAnswer, PopInput, SubmitAnswer, SubmitInput } from '#shared/horde/jobs/schema.ts';
import { resultLimits, thingsOf } from '#shared/horde/requests/rules.ts';
import { answerOf, emptyAnswer } from './answer.ts';
import { fittingRequests } from './candidates.ts';
import { forgetDecoys, issueDecoy } from './decoys.ts';
import { createSerial } from './serial.ts';
import { answerOfEnded, digestOf, endDecoy, isErased, pictureOf, refuseSubmit } from './submit.ts';
import { assign, type Assignment, type Completed, completeJob, faultJob } from './units.ts';

export interface JobStarted {
  readonly jobId: string;
  readonly requestId: string;
}

export interface JobsService {
  /** Hands out jobs to a worker, registering it at its first pop. @throws ProblemError of `api.md` 5.1 */
  pop(
    input: PopInput,
    caller: () => Promise<User>,
    connection: { base: string; ip: string },
  ): Promise<PopAnswer>;
  /** Takes a result; an identical repeat is answered alike and moves nothing. */
  submit(input: SubmitInput, caller: () => Promise<User>): Promise<SubmitAnswer>;
  /** Whether a job still takes uploads. */
  isOpen(jobId: string): Promise<boolean>;
  onJobStarted(listener: (started: JobStarted) => void): () => void;
  onJobCompleted(listener: (completed: Completed) => void): () => void;
  /** Gives up overdue jobs. Call at start and every few seconds. */
  sweep(now: number): Promise<void>;
}

export interface JobsOptions {
  readonly db: AppDatabase;
  readonly queue: HordeQueue;
  readonly workers: WorkersService;
  readonly images: ImagesService;
  readonly modes: () => Modes;
  readonly clock: Clock;
  readonly random?: () => number;
}

/** A job with the shape of its request. */
type Job = Selectable<HordeJobTable> & { readonly shape: string };
type Decoy = Selectable<HordeDecoyTable>;

const resultQuality = 95;
const decoyLimits = { maxBytes: 32 * 1024 * 1024, maxWidth: 8192, maxHeight: 8192 };
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Jobs of the private horde: handed out, taken back, settled (`queue.md` 2, 3). */
export function createJobsService(options: JobsOptions): JobsService {
  const { db, queue, workers, images, clock } = options;
  const random = options.random ?? Math.random;
  const started = new Set<(started: JobStarted) => void>();
  const completed = new Set<(completed: Completed) => void>();
  const oneByOne = createSerial();
  const findJob = (id: string): Promise<Job | undefined> =>
    db.read
      .selectFrom('horde_jobs as j')
      .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
      .selectAll('j')
      .select('r.shape')
      .where('j.id', '=', id)
      .executeTakeFirst();
  const findDecoy = (id: string): Promise<Decoy | undefined> =>
    db.read.selectFrom('horde_decoys').selectAll().where('id', '=', id).executeTakeFirst();

  /** Slots are taken in memory first, so that no other pop chooses them while this one is written. */
  const take = async (id: string, worker: LiveWorker, amount: number): Promise<Assignment | undefined> => {
    const reserved = queue.take(id, amount);
    if (reserved === 0) return undefined;
    let taken: Assignment | undefined;
    try {
      taken = await db.write(() => assign(db.query, id, worker, { amount, reserved, now: clock(), random }));
    } catch (error) {
      await queue.giveBack(id, reserved);
      throw error;
    }
    if (taken) await queue.giveBack(id, reserved - taken.ids.length);
    else queue.remove(id);
    return taken;
  };
  const fault = async (jobId: string): Promise<boolean> => {
    const { isRaided } = options.modes();
    const ended = await db.write(() => faultJob(db.query, jobId, { now: clock(), isRaided }));
    if (!ended) return false;
    queue.ended(jobId);
    images.drop(jobId);
    if (ended.returns) await queue.giveBack(ended.requestId, 1);
    return true;
  };
  const storePicture = async (input: SubmitInput, job: Job): Promise<void> => {
    const key = pictureKey(job.id);
    if (isErased(input)) return images.placeholder('transient', key);
    const limits = resultLimits(shapeOf(job));
    await images.store('transient', key, pictureOf(input, images), limits, resultQuality);
  };
  /** @returns the reward in cents, or nothing when it was given up while the picture was being checked */
  const complete = async (input: SubmitInput, job: Job): Promise<number | undefined> => {
    await storePicture(input, job);
    const digest = digestOf(input);
    const done = await db.write(() => completeJob(db.query, { submit: input, digest, now: clock() }));
    images.drop(input.id);
    if (!done) {
      await images.remove('transient', pictureKey(input.id));
      return undefined;
    }
    queue.ended(input.id);
    for (const listener of completed) listener(done);
    return done.rewardCents;
  };
  /** @returns the reward in cents, or nothing when the job had ended */
  const end = async (input: SubmitInput, job: Job): Promise<number | undefined> => {
    if (input.state !== 'faulted') return complete(input, job);
    return (await fault(job.id)) ? 0 : undefined;
  };
  const isInMaintenance = (workerId: string) => workers.live.get(workerId)?.isInMaintenance ?? false;

  /** A job that made-up work stands for: looks the same from outside, moves nothing. */
  const submitDecoy = async (input: SubmitInput, found: Decoy): Promise<SubmitAnswer> => {
    const isFault = input.state === 'faulted';
    if (found.state === 'processing' && !isFault && !isErased(input)) {
      await images.check(pictureOf(input, images), decoyLimits);
    }
    const decoy = await db.write(() => endDecoy(db.query, input, clock()));
    images.drop(input.id);
    if (!decoy) throw noJob(input.id);
    if (decoy.state === 'processing') return { reward: isFault ? 0 : decoy.reward_cents / 100 };
    return answerOfEnded(decoy, input, isInMaintenance(decoy.worker_id));
  };
  const submitJob = async (input: SubmitInput, job: Job): Promise<SubmitAnswer> => {
    let ended = job;
    if (job.state === 'processing') {
      const rewardCents = await end(input, job);
      await workers.refresh(job.worker_id);
      if (rewardCents !== undefined) return { reward: rewardCents / 100 };
      ended = (await findJob(job.id)) ?? job;
    }
    return answerOfEnded(ended, input, isInMaintenance(job.worker_id));
  };

  return {
    pop: async (input, authenticate, { base, ip }) => {
      const prioritised = (input.priority_usernames ?? []).map(userIdOf);
      const worker = await workers.checkIn(input, await authenticate(), ip);
      const refused = {};
      for await (const entry of fittingRequests({ read: db.read, queue }, worker, prioritised, refused)) {
        const taken = await take(entry.id, worker, input.amount ?? 1);
        if (!taken) continue;
        queue.started(taken.ids, thingsOf(taken.shape));
        for (const jobId of taken.ids) {
          for (const listener of started) listener({ jobId, requestId: taken.requestId });
        }
        return answerOf(taken, images, base);
      }
      if (worker.isInMaintenance) {
        throw problem(403, 'WorkerMaintenance', maintenanceText(worker.maintenanceMessage));
      }
      const decoy = worker.isPaused ? await issueDecoy({ db, queue, random }, worker, clock()) : undefined;
      if (decoy) return answerOf(decoy, images, base);
      return emptyAnswer({ ...queue.skipped(worker), ...refused });
    },
    submit: (input, authenticate) =>
      // What is read of a job holds until it has been answered; only time may still end it meanwhile.
      oneByOne(input.id, async () => {
        const job = await findJob(input.id);
        if (job) {
          refuseSubmit(input, job, await authenticate());
          return submitJob(input, job);
        }
        const decoy = await findDecoy(input.id);
        if (!decoy) throw noJob(input.id);
        refuseSubmit(input, decoy, await authenticate());
        return submitDecoy(input, decoy);
      }),
    isOpen: async (jobId) => {
      const found = await db.read
        .selectFrom('horde_jobs')
        .select('state')
        .where('id', '=', jobId)
        .unionAll(db.read.selectFrom('horde_decoys').select('state').where('id', '=', jobId))
        .executeTakeFirst();
      return found?.state === 'processing';
    },
    onJobStarted: (listener) => {
      started.add(listener);
      return () => void started.delete(listener);
    },
    onJobCompleted: (listener) => {
      completed.add(listener);
      return () => void completed.delete(listener);
    },
    sweep: async (now) => {
      const overdue = await db.read
        .selectFrom('horde_jobs')
        .select(['id', 'worker_id'])
        // A literal, for the index on the deadlines of running jobs alone.
        .where('state', '=', sql.lit('processing'))
        .where('deadline', '<', now)
        .execute();
      await Promise.all(overdue.map(({ id }) => fault(id)));
      for (const workerId of new Set(overdue.map((job) => job.worker_id))) await workers.refresh(workerId);
      await db.write(() => forgetDecoys(db.query, now));
    },
  };
}

function noJob(id: string): ProblemError {
  return problem(404, 'InvalidJobID', `Processing Job with ID ${id} does not exist.`);
}

/** The number after the last `#` of `alias#number`. */
function userIdOf(name: string): number {
  const id = /#([0-9]{1,10})$/.exec(name)?.[1];
  if (id === undefined) throw problem(400, 'InvalidPriorityUsername', `'${name}' is not alias#number.`);
  return Number(id);
}
