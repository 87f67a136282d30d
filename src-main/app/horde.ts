import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AppDatabase } from '#main/db/database.ts';
import { createImagesService, imageRoutes } from '#main/horde/images/index.ts';
import { createJobsService, jobRoutes } from '#main/horde/jobs/index.ts';
import { createModesService, modeRoutes } from '#main/horde/modes/index.ts';
import { createQueue, type HordeQueue } from '#main/horde/queue/index.ts';
import { createRequestsService, requestRoutes } from '#main/horde/requests/index.ts';
import { createActivity, createStatusSource, statusRoutes } from '#main/horde/status/index.ts';
import { createUsersService, ownerId, userRoutes } from '#main/horde/users/index.ts';
import { createWorkersService, workerRoutes } from '#main/horde/workers/index.ts';
import type { MediaEngine } from '#main/platform/engine-clients.ts';
import type { SecretStore } from '#main/platform/ports.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { createHordeListener } from '#main/server/horde-listener.ts';
import type { Clock } from '#shared/common/clock.ts';

export interface HomeHordeDeps {
  readonly db: AppDatabase;
  readonly log: Logger;
  readonly clock: Clock;
  readonly secrets: SecretStore;
  readonly media: MediaEngine;
  readonly dataDir: string;
  readonly version: string;
}

/** The private horde of this machine, ready to listen. */
export interface HomeHorde {
  readonly listener: AppFastify;
  /** Key of the owner's admin account. */
  readonly adminKey: string;
  /** Calls back when a request waits, so that the local worker need not ask in vain. */
  onQueued(listener: () => void): void;
  /** Calls back with each job that is handed out and the request that it belongs to. */
  onJobStarted(listener: (job: { jobId: string; requestId: string }) => void): void;
  /** A worker of this process takes no more jobs: requests that only it could do are impossible now. */
  workerLeft(name: string): void;
  /** Ends the background work; the listener is closed by who made it listen. */
  stop(): void;
}

/** Names in the secret store. */
const secretNames = { server: 'horde-server-secret', links: 'horde-link-secret', ownerKey: 'home-horde-key' };
const sweepEveryMs = 5_000;

/** Builds the horde's features over the database and starts their background work. */
export async function createHomeHorde(deps: HomeHordeDeps): Promise<HomeHorde> {
  const { db, clock, log } = deps;
  const server = await keptSecret(deps.secrets, secretNames.server);
  const links = await keptSecret(deps.secrets, secretNames.links);
  const users = createUsersService({ db, clock, randomBytes, serverSecret: server.value });
  const adminKey = await ownerKey(deps.secrets, users, server.isNew);
  const images = createImagesService({
    folder: join(deps.dataDir, 'objects'),
    secret: links.value,
    media: deps.media,
    clock,
  });
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
  const sweep = async (): Promise<void> => {
    await jobs.sweep(clock());
    await requests.sweep(clock());
  };
  await sweep();
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => log.error({ err: error }, 'the sweep of the horde failed'));
  }, sweepEveryMs);
  const online = () => workers.live.all();
  const source = createStatusSource({ queue, online, activity, isKnown: () => false });
  const listener = await createHordeListener({
    log,
    version: deps.version,
    rateLimits: 'on',
    features: async (api) => {
      imageRoutes(api, { images, isJobOpen: (id) => jobs.isOpen(id) });
      userRoutes(api, { users, clock, workOf: workOf(db, queue) });
      statusRoutes(api, { source, probe: () => users.byId(ownerId), version: deps.version });
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
  });
  return {
    listener,
    adminKey,
    onQueued: (hear) => void requests.onQueued(hear),
    onJobStarted: (hear) => void jobs.onJobStarted(hear),
    workerLeft: (name) => workers.leave(name),
    stop: () => clearInterval(timer),
  };
}

async function keptSecret(secrets: SecretStore, name: string): Promise<{ value: Buffer; isNew: boolean }> {
  const kept = await secrets.get(name);
  if (kept !== undefined) return { value: Buffer.from(kept, 'base64'), isNew: false };
  const value = randomBytes(32);
  await secrets.set(name, value.toString('base64'));
  return { value, isNew: true };
}

/** The owner's key: new at the first start and wherever the kept one cannot be right any more. */
async function ownerKey(
  secrets: SecretStore,
  users: ReturnType<typeof createUsersService>,
  isServerSecretNew: boolean,
): Promise<string> {
  const { apiKey } = await users.ensureOwner();
  const kept = apiKey ?? (isServerSecretNew ? undefined : await secrets.get(secretNames.ownerKey));
  const key = kept ?? (await users.issueKey(ownerId));
  await secrets.set(secretNames.ownerKey, key);
  return key;
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
