import type { AppDatabase } from '#main/db/database.ts';
import {
  alchemyRoutes,
  type AlchemyService,
  createAlchemyService,
  keepsAlchemist,
  wipeAlchemy,
} from '#main/horde/alchemy/index.ts';
import { type ImagesService, imageRoutes } from '#main/horde/images/index.ts';
import {
  createJobsService,
  type JobCompleted,
  jobRoutes,
  type JobsService,
  webhookBodyOf,
} from '#main/horde/jobs/index.ts';
import { createKudosService, kudosRoutes, type KudosService } from '#main/horde/kudos/index.ts';
import { createModesService, modeRoutes } from '#main/horde/modes/index.ts';
import { createProfanityCheck } from '#main/horde/names/index.ts';
import { createQueues, followQueues, type HordeQueues, loadQueues } from '#main/horde/queue/index.ts';
import { createRequestsService, requestRoutes, type RequestsService } from '#main/horde/requests/index.ts';
import { createStatsService, statsRoutes } from '#main/horde/stats/index.ts';
import { createActivity, createStatusSource, statusRoutes } from '#main/horde/status/index.ts';
import { createHordeSettings, type HordeSettingsService } from '#main/horde/settings/index.ts';
import { detachSharedKey } from '#main/horde/styles/index.ts';
import { resetSuspicion, suspectUser } from '#main/horde/suspicion/index.ts';
import { ownerId, requireAnyUser, type UsersService } from '#main/horde/users/index.ts';
import type { WebhookSender } from '#main/horde/webhooks/index.ts';
import { createWorkersService, workerRoutes, type WorkersService } from '#main/horde/workers/index.ts';
import type { GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import type { SecretStore } from '#main/platform/ports.ts';
import type { Task } from '#main/horde/tasks/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { Clock } from '#shared/common/clock.ts';
import { assembleCommunity, type CommunityParts, communityWipes } from './community-parts.ts';
import { type AccountParts, assembleAccounts, wipeWorkers } from './account-parts.ts';
import { assembleModeration, type ModerationParts } from './moderation-parts.ts';
import { hordeTasks, idsInUse } from './tasks.ts';

export interface HordeParts {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly images: ImagesService;
  readonly version: string;
  /** Without it no request may name a webhook. */
  readonly webhooks?: Pick<WebhookSender, 'refuse' | 'send'>;
  /** Without it no picture may be named by URL. */
  readonly fetch?: GuardedFetch;
  /** Where the secrets of sign-in providers are kept; without it, or `fetch`, nobody signs in with one. */
  readonly secrets?: SecretStore;
}

/** The features of a horde, wired to each other. */
export interface Horde {
  readonly queues: HordeQueues;
  readonly workers: WorkersService;
  readonly requests: RequestsService;
  readonly jobs: JobsService;
  readonly alchemy: AlchemyService;
  readonly kudos: KudosService;
  readonly settings: HordeSettingsService;
  readonly accounts: AccountParts;
  /** Styles, collections, teams, messages, documents, news. */
  readonly community: CommunityParts;
  /** Filters, addresses, agents, suspicion. */
  readonly moderation: ModerationParts;
  /** Registers the routes of all features on the horde's listener. */
  readonly register: (api: AppFastify) => Promise<void>;
  /** Background work, in the order in which one builds on another; the host runs each when it is due. */
  readonly tasks: readonly Task[];
  /** Runs all of it now. */
  readonly sweep: () => Promise<void>;
  /** Ends what runs beside it. */
  readonly close: () => Promise<void>;
}

/** Wires the features over a database and reads what waited and who worked before a restart. */
export async function assembleHorde(parts: HordeParts): Promise<Horde> {
  const { db, clock, users, images, version, webhooks, fetch, secrets } = parts;
  const modes = createModesService({ db, clock });
  const settings = createHordeSettings({ db, clock });
  const isRude = createProfanityCheck();
  const isProfane = (text: string): boolean => settings.current().check_names && isRude(text);
  const queues = createQueues(db);
  const isInviteOnly = () => modes.current().isInviteOnly;
  const community = assembleCommunity({
    db,
    clock,
    users,
    random: Math.random,
    isProfane,
    sharedKeys: { find: (id) => accounts.sharedKeys.find(id) },
    isOnline: (id) => workers.online(id) !== undefined,
  });
  const { teams, messages } = community;
  const moderation = assembleModeration({ db, clock, users, modes: () => modes.current() });
  const workers = createWorkersService({
    db,
    users,
    clock,
    isInviteOnly,
    teams,
    messages,
    keepers: [keepsAlchemist],
    names: { isProfane },
    caps: () => ({
      untrusted: settings.current().worker_cap,
      trusted: settings.current().trusted_worker_cap,
    }),
    ...moderation.workerPorts,
  });
  await Promise.all([modes.load(), settings.load(), moderation.load(), loadQueues(queues), workers.load()]);
  followQueues(queues, db, clock);
  // A mode that could not be read comes with the next word of everything.
  db.watch(({ table }) => {
    if (table !== 'horde_requests') void modes.load().catch(() => undefined);
  });
  const shared = { db, queues, workers, images, modes: () => modes.current(), clock };
  const { prompts, addresses, agents } = moderation;
  const requests: RequestsService = createRequestsService({
    ...shared,
    settings: () => settings.current(),
    ...(fetch ? { fetch } : {}),
    styles: community.application,
    prompts,
    addresses,
    agents,
    // Accounts are wired below: their keys can cancel requests.
    sharedKeys: {
      open: (id, how) => accounts.sharedKeys.open(id, how),
      find: (id) => accounts.sharedKeys.find(id),
      checkBudget: (query, budget) => accounts.sharedKeys.checkBudget(query, budget),
    },
    ...(webhooks ? { webhooks } : {}),
  });
  const jobs = createJobsService({ ...shared, teams, messages, addressKeyOf: (ip) => addresses.keyOf(ip) });
  const alchemy = createAlchemyService({
    ...shared,
    settings: () => settings.current(),
    addresses,
    agents,
    teams,
    ...(webhooks ? { webhooks } : {}),
    ...(fetch ? { fetch } : {}),
  });
  const kudos = createKudosService({ db, clock });
  const stats = createStatsService({ db, clock });
  const activity = { image: createActivity(clock), text: createActivity(clock) };
  jobs.onJobCompleted((job) => activity[job.type].record(job));
  if (webhooks) jobs.onJobCompleted((job) => void tellRequester(webhooks, images, job));
  modes.onMaintenance(() => requests.cancelAll());
  modes.onMaintenance(() => alchemy.cancelWaiting());
  const isKnown = () => false;
  const figuresOf = (type: 'image' | 'text') => ({
    queue: queues[type],
    online: () => workers.live[type].all(),
    activity: activity[type],
    isKnown,
  });
  const source = createStatusSource({
    types: { image: figuresOf('image'), text: figuresOf('text') },
    alchemists: () => workers.live.interrogation.all(),
    queuedForms: () => alchemy.queuedForms(),
  });
  const suspicionOf = async (userId: number) =>
    (await moderation.suspicion.ofUsers([userId])).get(userId) ?? 0;
  const accounts = assembleAccounts({
    db,
    clock,
    users,
    kudos,
    views: {
      workOf: workOf(db, queues),
      stylesOf: (userId, withPrivate) => community.styles.ofUser(userId, withPrivate),
      suspicionOf,
    },
    accounts: {
      suspicion: {
        reset: resetSuspicion,
        reportLongName: function* (query, { userId, now }) {
          yield* suspectUser(query, { userId, type: 'USERNAME_LONG', now });
        },
      },
      isProfane,
      cancelRequestsOf: async (userId) => {
        await requests.cancelOf({ userId });
        await alchemy.cancelRequestsOf(userId);
      },
      wipes: [wipeAlchemy, wipeWorkers, ...communityWipes],
    },
    sharedKeys: {
      isAssigned: (id) => community.styles.holdsSharedKey(id),
      detachFromStyles: detachSharedKey,
      cancelRequestsOf: (sharedKeyId) => requests.cancelOf({ sharedKeyId }),
    },
    registration: {
      mode: () => settings.current().registration,
      isRaided: () => modes.current().isRaided,
      refuseAddress: async (ip) => moderation.addresses.refuseRegistration(ip),
    },
    documents: community.documents,
    ...(fetch && secrets ? { signIn: { fetch, secrets } } : {}),
  });
  accounts.accounts.onChanged((userId) => workers.refreshOwner(userId));
  const tasks = hordeTasks({
    jobs,
    requests,
    alchemy,
    stats,
    kudos,
    moderation,
    accounts: accounts.accounts,
    signIn: accounts.signIn,
    objects: {
      sweep: async (now) => ({ removed: await images.removeOrphans(now, (ids) => idsInUse(db, ids)) }),
    },
  });
  return {
    queues,
    workers,
    requests,
    jobs,
    alchemy,
    kudos,
    settings,
    accounts,
    community,
    moderation,
    register: async (api) => {
      imageRoutes(api, { images, isJobOpen: async (id) => (await jobs.isOpen(id)) || alchemy.isOpen(id) });
      await accounts.register(api);
      statusRoutes(api, { source, probe: () => users.byId(ownerId), version });
      modeRoutes(api, { modes, users });
      await api.register(
        async (v2: AppFastify) => {
          const terms = community.documents;
          requestRoutes(v2, { requests, users, sharedKeys: accounts.sharedKeys, terms });
          jobRoutes(v2, { jobs, users, terms });
          alchemyRoutes(v2, { alchemy, users, terms });
          workerRoutes(v2, { workers, users });
          statsRoutes(v2, { stats, isKnown });
          community.register(v2);
          moderation.register(v2);
          kudosRoutes(v2, { kudos, caller: (request) => requireAnyUser(users, request) });
        },
        { prefix: '/api/v2' },
      );
    },
    tasks,
    sweep: async () => {
      for (const task of tasks) await task.run(clock());
    },
    close: () => moderation.close(),
  };
}

/** Tells a requester's webhook of a finished job, off the way of the submit. */
async function tellRequester(
  webhooks: Pick<WebhookSender, 'send'>,
  images: ImagesService,
  job: JobCompleted,
): Promise<void> {
  const { webhook: url, requesterId: userId } = job;
  if (url === null) return;
  try {
    webhooks.send({ url, userId, body: await webhookBodyOf(job, images) });
  } catch {
    // The picture could not be read: its requester finds that out by asking for the status.
  }
}

/** Workers and unfinished requests of an account; what waits is known without the database. */
function workOf(db: AppDatabase, queues: HordeQueues) {
  return async (userId: number, isSelf: boolean) => {
    const workers = await db.read
      .selectFrom('horde_workers')
      .select('id')
      .where('user_id', '=', userId)
      .execute();
    const workerIds = workers.map((worker) => worker.id);
    if (!isSelf) return { workerIds, activeImageRequests: [], activeTextRequests: [] };
    const running = await db.read
      .selectFrom('horde_jobs as j')
      .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
      .select(['r.id', 'r.type'])
      .where('j.state', '=', 'processing')
      .where('r.user_id', '=', userId)
      .execute();
    const activeOf = (type: 'image' | 'text') => [
      ...new Set([
        ...queues[type].idsOf(userId),
        ...running.filter((request) => request.type === type).map((request) => request.id),
      ]),
    ];
    return { workerIds, activeImageRequests: activeOf('image'), activeTextRequests: activeOf('text') };
  };
}
