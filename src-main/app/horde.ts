import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AppDatabase } from '#main/db/database.ts';
import { assembleHorde, type Horde } from '#main/horde/assembly/index.ts';
import { hostRoutes } from '#main/horde/host/index.ts';
import { createImagesService } from '#main/horde/images/index.ts';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { createTaskRunner } from '#main/horde/tasks/index.ts';
import { createUsersService, ownerId } from '#main/horde/users/index.ts';
import { createWebhookSender } from '#main/horde/webhooks/index.ts';
import type { MediaEngine } from '#main/platform/engine-clients.ts';
import { createGuardedFetch } from '#main/platform/guarded-fetch/index.ts';
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
  /** Routes of the host's own side, for the app listener. */
  readonly hostRoutes: (app: AppFastify) => void;
  /** Key of the owner's admin account. */
  readonly adminKey: string;
  /** Calls back when a request waits, so that the local worker need not ask in vain. */
  onQueued(listener: () => void): void;
  /** Calls back with each job that is handed out and the request that it belongs to. */
  onJobStarted(listener: (job: { jobId: string; requestId: string }) => void): void;
  /** A worker of this process takes no more jobs: requests that only it could do are impossible now. */
  workerLeft(name: string): void;
  /** Ends the background work; the listener is closed by who made it listen. */
  stop(): Promise<void>;
}

/** Names in the secret store. */
const secretNames = { server: 'horde-server-secret', links: 'horde-link-secret', ownerKey: 'home-horde-key' };

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
  const fetch = createGuardedFetch();
  // The settings belong to the horde, which is assembled with its webhooks.
  const webhookTargets = (): readonly string[] => horde.settings.current().webhook_targets;
  const webhooks = createWebhookSender({
    fetch,
    targets: webhookTargets,
    secretOf: (userId) => createHmac('sha256', links.value).update(`webhook:${userId}`).digest('hex'),
    clock,
    pause: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  });
  const horde: Horde = await assembleHorde({
    db,
    clock,
    users,
    images,
    version: deps.version,
    webhooks,
    fetch,
    secrets: deps.secrets,
  });
  const tasks = createTaskRunner({
    tasks: horde.tasks,
    clock,
    onFailure: (name, error) => log.error({ err: error, task: name }, 'a background task failed'),
  });
  // What became overdue while nothing ran is ended before the first call.
  await tasks.runAll();
  tasks.start();
  const { settings } = horde;
  const listener = await createHordeListener({
    log,
    version: deps.version,
    rateLimits: 'on',
    areLimitsLifted: () => settings.current().lift_rate_limits,
    features: horde.register,
  });
  const ownRoutes = hostRoutes({
    settings,
    tasks,
    users,
    accounts: horde.accounts.accounts,
    registration: horde.accounts.registration,
    checkLedger: async () => {
      const { ok, problems } = await checkLedger(db);
      return { ok, problems: [...problems] };
    },
  });
  return {
    listener,
    adminKey,
    onQueued: (hear) => void horde.requests.onQueued(hear),
    onJobStarted: (hear) => void horde.jobs.onJobStarted(hear),
    workerLeft: (name) => horde.workers.leave(name),
    hostRoutes: (app) => {
      ownRoutes(app);
      horde.accounts.signIn?.hostRoutes(app);
    },
    stop: async () => {
      await tasks.stop();
      await webhooks.stop();
      await horde.close();
    },
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
