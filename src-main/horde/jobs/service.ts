import { type Selectable, sql } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { LockedRows } from '#main/db/locks.ts';
import { prepared } from '#main/db/prepared.ts';
import type { HordeDecoyTable, HordeJobTable, RequestType } from '#main/db/tables/horde-work.ts';
import type { ImagesService } from '#main/horde/images/index.ts';
import type { Modes } from '#main/horde/modes/index.ts';
import { type HordeQueues, shapeOf } from '#main/horde/queue/index.ts';
import type { ModelReferences } from '#main/horde/requests/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { type LiveWorker, maintenanceText, type WorkersService } from '#main/horde/workers/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { PopMessage, SubmitAnswer } from '#shared/horde/jobs/schema.ts';
import { fittingRequests } from './candidates.ts';
import { type Completed, completeJob, type CompletePorts } from './complete.ts';
import { forgetDecoys, issueDecoy } from './decoys.ts';
import { imageJobs } from './image-jobs.ts';
import { createKeyedLanes } from '#shared/common/keyed-lanes.ts';
import { answerOfEnded, digestOf, endDecoy, refuseSubmit } from './submit.ts';
import { textJobs } from './text-jobs.ts';
import type { AllJobRules, Assignment, PopAnswers, Pops, Submits } from './types.ts';
import { assign, faultJob } from './units.ts';

export interface JobStarted {
  readonly type: RequestType;
  readonly jobId: string;
  readonly requestId: string;
}

/** A finished job, and the address under which its worker reached this horde. */
export interface JobCompleted extends Completed {
  readonly base: string;
}

/** Where a worker calls from. */
export interface WorkerConnection {
  /** Address under which it reached this horde. */
  readonly base: string;
  readonly ip: string;
  readonly isLocal: boolean;
}

export interface JobsService {
  /** Hands out jobs to a worker, registering it at its first pop. @throws ProblemError of `api.md` 5.1 */
  pop<T extends RequestType>(
    type: T,
    input: Pops[T],
    caller: () => Promise<User>,
    connection: WorkerConnection,
  ): Promise<PopAnswers[T]>;
  /** Takes a result; an identical repeat is answered alike and moves nothing. */
  submit<T extends RequestType>(
    type: T,
    input: Submits[T],
    caller: () => Promise<User>,
    connection: Pick<WorkerConnection, 'base' | 'isLocal'>,
  ): Promise<SubmitAnswer>;
  /** Whether a job still takes uploads. */
  isOpen(jobId: string): Promise<boolean>;
  onJobStarted(listener: (started: JobStarted) => void): () => void;
  onJobCompleted(listener: (completed: JobCompleted) => void): () => void;
  /** Gives up overdue jobs. Call at start and every few seconds. */
  sweep(now: number): Promise<void>;
}

export interface JobsOptions extends CompletePorts {
  readonly db: AppDatabase;
  readonly queues: HordeQueues;
  readonly workers: WorkersService;
  readonly images: ImagesService;
  readonly modes: () => Modes;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly references?: ModelReferences;
  /** What every pop of a worker tells it. */
  readonly messages?: { for(workerId: string): Promise<readonly PopMessage[]> };
}

/** A job with the shape of its request. */
type Job = Selectable<HordeJobTable> & { readonly shape: string };
type Decoy = Selectable<HordeDecoyTable>;

/** A submit with what it needs to know of its connection. */
interface Submitted<T extends RequestType> {
  readonly type: T;
  readonly input: Submits[T];
  readonly base: string;
  readonly isLocal: boolean;
}

const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Without a shape it is a job of the other type. Out of a join SQLite would be slow to give so wide a row. */
const jobWithShape = prepared((query, { type, id }: { type: RequestType; id: string }) =>
  query
    .selectFrom('horde_jobs as j')
    .selectAll('j')
    .select((e) =>
      e
        .selectFrom('horde_requests as r')
        .select('r.shape')
        .whereRef('r.id', '=', 'j.request_id')
        .where('r.type', '=', type)
        .as('shape'),
    )
    .where('j.id', '=', id),
);

/** Jobs of the private horde: handed out, taken back, settled (`queue.md` 2, 3). */
export function createJobsService(options: JobsOptions): JobsService {
  const { db, queues, workers, images, clock, references } = options;
  const random = options.random ?? Math.random;
  const rules: AllJobRules = {
    image: imageJobs({ images, random, reference: references?.image }),
    text: textJobs({ random, reference: references?.text }),
  };
  const started = new Set<(started: JobStarted) => void>();
  const completed = new Set<(completed: JobCompleted) => void>();
  const oneByOne = createKeyedLanes();
  const findJob = async (type: RequestType, id: string): Promise<Job | undefined> => {
    const [found] = await db.select(jobWithShape(db.query, { type, id }));
    return found?.shape == null ? undefined : { ...found, shape: found.shape };
  };
  const findDecoy = (type: RequestType, id: string): Promise<Decoy | undefined> =>
    db.read
      .selectFrom('horde_decoys')
      .selectAll()
      .where('id', '=', id)
      .where('type', '=', type)
      .executeTakeFirst();

  /** Slots are taken in memory first, so that no other pop chooses them while this one is written. */
  const take = async <T extends RequestType>(
    type: T,
    id: string,
    worker: LiveWorker<T>,
    how: { readonly amount: number; readonly locked: LockedRows },
  ): Promise<Assignment<T> | undefined> => {
    const queue = queues[type];
    const reserved = queue.take(id, how.amount);
    if (reserved === 0) return undefined;
    const asked = { ...how, type, rules: rules[type], reserved, now: clock(), random };
    let taken: Assignment<T> | undefined;
    try {
      taken = await db.write(() => assign(db.query, id, worker, asked));
    } catch (error) {
      await queue.giveBack(id, reserved);
      throw error;
    }
    if (taken) await queue.giveBack(id, reserved - taken.ids.length);
    // It is over, or another process was faster, or has it right now.
    else await queue.refresh(id, clock());
    return taken;
  };
  const takeFirst = async <T extends RequestType>(
    type: T,
    worker: LiveWorker<T>,
    asked: { readonly prioritised: readonly number[]; readonly amount: number },
    refused: Partial<Record<'blacklist' | 'kudos', number>>,
  ): Promise<Assignment<T> | undefined> => {
    const deps = { read: db.read, queue: queues[type] };
    const search = async (locked: LockedRows, counts: typeof refused) => {
      let isBusy = false;
      for await (const entry of fittingRequests(deps, worker, asked.prioritised, counts)) {
        const taken = await take(type, entry.id, worker, { amount: asked.amount, locked });
        if (taken) return { taken, isBusy };
        isBusy ||= deps.queue.place(entry.id) !== undefined;
      }
      return { taken: undefined, isBusy };
    };
    // What others are taking from is passed over while there is anything else.
    const { taken, isBusy } = await search('skip', refused);
    return isBusy && !taken ? (await search('wait', {})).taken : taken;
  };
  const decoyFor = <T extends RequestType>(type: T, worker: LiveWorker<T>) => {
    const candidates = (free: LiveWorker<T>) => queues[type].candidates(free, []);
    return issueDecoy({ db, type, rules: rules[type], candidates }, worker, clock());
  };
  const fault = async (type: RequestType, jobId: string): Promise<boolean> => {
    const { isRaided } = options.modes();
    const ended = await db.write(() => faultJob(db.query, jobId, { now: clock(), isRaided }));
    if (!ended) return false;
    queues[type].ended(jobId);
    rules[type].drop(jobId);
    if (ended.returns) await queues[type].giveBack(ended.requestId, 1);
    return true;
  };
  /** @returns the reward in cents, or nothing when it was given up while the result was being checked */
  const complete = async <T extends RequestType>(
    { type, input, base, isLocal }: Submitted<T>,
    job: Job,
  ): Promise<number | undefined> => {
    const own = rules[type];
    await own.keep(input, job.id, shapeOf(type, job));
    const digest = digestOf(input);
    const booking = { type, jobId: job.id, digest, isLocal, now: clock() };
    const resultOf = (facts: Parameters<typeof own.result>[1]) => own.result(input, facts);
    const done = await db.write(() => completeJob(db.query, { ...booking, resultOf }, options));
    own.drop(input.id);
    if (!done) {
      await own.discard(input.id);
      return undefined;
    }
    queues[type].ended(input.id);
    if (done.promotedOwner !== undefined) await workers.refreshOwner(done.promotedOwner);
    for (const listener of completed) listener({ ...done, base });
    return done.rewardCents;
  };
  /** @returns the reward in cents, or nothing when the job had ended */
  const end = async <T extends RequestType>(submit: Submitted<T>, job: Job): Promise<number | undefined> => {
    if (submit.input.state !== 'faulted') return complete(submit, job);
    return (await fault(submit.type, job.id)) ? 0 : undefined;
  };
  const isInMaintenance = (workerId: string) => workers.online(workerId)?.isInMaintenance ?? false;

  /** A job that made-up work stands for: looks the same from outside, moves nothing. */
  const submitDecoy = async <T extends RequestType>(
    { type, input }: Submitted<T>,
    found: Decoy,
  ): Promise<SubmitAnswer> => {
    const isFault = input.state === 'faulted';
    if (found.state === 'processing' && !isFault) await rules[type].probe(input);
    const decoy = await db.write(() => endDecoy(db.query, input, clock()));
    rules[type].drop(input.id);
    if (!decoy) throw noJob(input.id);
    if (decoy.state === 'processing') return { reward: isFault ? 0 : decoy.reward_cents / 100 };
    return answerOfEnded(decoy, input, isInMaintenance(decoy.worker_id));
  };
  const submitJob = async <T extends RequestType>(submit: Submitted<T>, job: Job): Promise<SubmitAnswer> => {
    let ended = job;
    if (job.state === 'processing') {
      const rewardCents = await end(submit, job);
      await workers.refresh(job.worker_id);
      if (rewardCents !== undefined) return { reward: rewardCents / 100 };
      ended = (await findJob(submit.type, job.id)) ?? job;
    }
    return answerOfEnded(ended, submit.input, isInMaintenance(job.worker_id));
  };

  return {
    pop: async (type, input, authenticate, connection) => {
      const { base } = connection;
      const prioritised = (input.priority_usernames ?? []).map(userIdOf);
      const worker = await workers.checkIn(type, input, await authenticate(), connection);
      const messages = (await options.messages?.for(worker.id)) ?? [];
      const refused = {};
      const taken = await takeFirst(type, worker, { prioritised, amount: input.amount ?? 1 }, refused);
      if (taken) {
        queues[type].started(taken.ids, rules[type].things(taken.shape));
        for (const jobId of taken.ids) {
          for (const listener of started) listener({ type, jobId, requestId: taken.requestId });
        }
        return rules[type].answer(taken, base, messages);
      }
      if (worker.isInMaintenance) {
        throw problem(403, 'WorkerMaintenance', maintenanceText(worker.maintenanceMessage));
      }
      const decoy = worker.isPaused ? await decoyFor(type, worker) : undefined;
      if (decoy) return rules[type].answer(decoy, base, messages);
      return rules[type].emptyAnswer({ ...queues[type].skipped(worker), ...refused }, messages);
    },
    submit: (type, input, authenticate, { base, isLocal }) =>
      // What is read of a job holds until it has been answered; only time may still end it meanwhile.
      oneByOne(input.id, async () => {
        const submit = { type, input, base, isLocal };
        const job = await findJob(type, input.id);
        if (job) {
          refuseSubmit(input, job, await authenticate());
          return submitJob(submit, job);
        }
        const decoy = await findDecoy(type, input.id);
        if (!decoy) throw noJob(input.id);
        refuseSubmit(input, decoy, await authenticate());
        return submitDecoy(submit, decoy);
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
        .selectFrom('horde_jobs as j')
        .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
        .select(['j.id', 'j.worker_id', 'r.type'])
        // A literal, for the index on the deadlines of running jobs alone.
        .where('j.state', '=', sql.lit('processing'))
        .where('j.deadline', '<', now)
        .execute();
      await Promise.all(overdue.map(({ id, type }) => fault(type, id)));
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
