import type { AppDatabase } from '#main/db/database.ts';
import { type ImagesService, imageRoutes } from '#main/horde/images/index.ts';
import { createJobsService, jobRoutes, type JobsService } from '#main/horde/jobs/index.ts';
import { createModesService, modeRoutes } from '#main/horde/modes/index.ts';
import { createQueue, type HordeQueue } from '#main/horde/queue/index.ts';
import { createRequestsService, requestRoutes, type RequestsService } from '#main/horde/requests/index.ts';
import { createActivity, createStatusSource, statusRoutes } from '#main/horde/status/index.ts';
import { ownerId, userRoutes, type UsersService } from '#main/horde/users/index.ts';
import { createWorkersService, workerRoutes, type WorkersService } from '#main/horde/workers/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { Clock } from '#shared/common/clock.ts';

export interface HordeParts {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly images: ImagesService;
  readonly version: string;
}

/** The features of a horde, wired to each other. */
export interface Horde {
  readonly queue: HordeQueue;
  readonly workers: WorkersService;
  readonly requests: RequestsService;
  readonly jobs: JobsService;
  /** Registers the routes of all features on the horde's listener. */
  readonly register: (api: AppFastify) => Promise<void>;
  /** Ends what is overdue: jobs past their deadline, then requests past their expiry. Due every few seconds. */
  readonly sweep: () => Promise<void>;
}

/** Wires the features over a database and reads what waited and who worked before a restart. */
export async function assembleHorde({ db, clock, users, images, version }: HordeParts): Promise<Horde> {
  const modes = createModesService({ db, clock });
  const queue = createQueue(db);
  const isInviteOnly = () => modes.current().isInviteOnly;
  const workers = createWorkersService({ db, users, clock, isInviteOnly });
  await Promise.all([modes.load(), queue.load(), workers.load()]);
  const shared = { db, queue, workers, images, modes: () => modes.current(), clock };
  const requests = createRequestsService(shared);
  const jobs = createJobsService(shared);
  const activity = createActivity(clock);
  jobs.onJobCompleted((job) => activity.record(job));
  modes.onMaintenance(() => requests.cancelAll());
  const online = () => workers.live.all();
  const source = createStatusSource({ queue, online, activity, isKnown: () => false });
  return {
    queue,
    workers,
    requests,
    jobs,
    register: async (api) => {
      imageRoutes(api, { images, isJobOpen: (id) => jobs.isOpen(id) });
      userRoutes(api, { users, clock, workOf: workOf(db, queue) });
      statusRoutes(api, { source, probe: () => users.byId(ownerId), version });
      modeRoutes(api, { modes, users });
      await api.register(
        async (v2: AppFastify) => {
          requestRoutes(v2, { requests, users });
          jobRoutes(v2, { jobs, users });
          workerRoutes(v2, { workers, users });
        },
        { prefix: '/api/v2' },
      );
    },
    sweep: async () => {
      await jobs.sweep(clock());
      await requests.sweep(clock());
    },
  };
}

/** Workers and unfinished requests of an account; what waits is known without the database. */
function workOf(db: AppDatabase, queue: HordeQueue) {
  return async (userId: number, isSelf: boolean) => {
    const workers = await db.read
      .selectFrom('horde_workers')
      .select('id')
      .where('user_id', '=', userId)
      .execute();
    const workerIds = workers.map((worker) => worker.id);
    if (!isSelf) return { workerIds, activeImageRequests: [] };
    const running = await db.read
      .selectFrom('horde_jobs as j')
      .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
      .select('r.id')
      .where('j.state', '=', 'processing')
      .where('r.user_id', '=', userId)
      .execute();
    return {
      workerIds,
      activeImageRequests: [...new Set([...queue.idsOf(userId), ...running.map((request) => request.id)])],
    };
  };
}
