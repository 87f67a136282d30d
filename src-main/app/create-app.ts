import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ImageEngine } from '#main/platform/engine-clients.ts';
import type { Folders, Platform } from '#main/platform/ports.ts';
import { createAppListener } from '#main/server/app-listener.ts';
import { createAppSession } from '#main/server/app-session.ts';
import { createLocalWorker, createWorkerMemory, workerRoutes } from '#main/studio/bridge/index.ts';
import { connectionRoutes, createConnectionsService } from '#main/studio/connections/index.ts';
import { createCreationsService, creationRoutes } from '#main/studio/creations/index.ts';
import { draftRoutes } from '#main/studio/drafts/index.ts';
import { createEventHub, eventRoutes } from '#main/studio/events/index.ts';
import { createGalleryService, galleryRoutes } from '#main/studio/gallery/index.ts';
import { createModelsService, modelRoutes } from '#main/studio/models/index.ts';
import { createSettingsService, settingsRoutes } from '#main/studio/settings/index.ts';
import { createSystemService, systemRoutes } from '#main/studio/system/index.ts';
import type { DamagedModel } from '#shared/engine-protocol/image.ts';
import { createHordeClient } from '#shared/horde/client.ts';
import { holdDataFolder } from './data-folder.ts';
import { startEngines } from './engines.ts';
import { fetchSend, getPicture, putPicture } from './fetch-send.ts';
import { createHomeHorde } from './horde.ts';
import { listen } from './listen.ts';
import { openLog } from './log.ts';
import { openAppDatabase } from './open-database.ts';

/** A port that the person named must be that port; a default may give way to a free one. */
export interface PortChoice {
  readonly port: number;
  readonly isChosen: boolean;
}

export interface AppConfig extends Folders {
  readonly version: string;
  readonly appPort: PortChoice;
  readonly hordePort: PortChoice;
  /** Address on which the horde listens: loopback until the host opens it. */
  readonly host: string;
  /** Address of the PostgreSQL database that takes the place of the file in the data folder. */
  readonly database?: string | undefined;
  /** Whether the local worker starts with the app. */
  readonly startsWorker: boolean;
}

/** The running app as its host process sees it. */
export interface RunningApp {
  /** Address of the interface with a fresh one-time secret. */
  mintAppUrl(): string;
  readonly hordeUrl: string;
  readonly adminKey: string;
  /** Names of the models that can be offered, once the engine has looked through their folders. */
  readonly models: Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * Builds and starts everything that runs without a window, in the order of dependence; `close` ends
 * it in reverse. What was started before a failure is ended before the error is thrown.
 * @throws StartError
 */
export async function createApp(platform: Platform, config: AppConfig): Promise<RunningApp> {
  const ends: (() => unknown)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    return await start(platform, config, ends, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function start(
  platform: Platform,
  config: AppConfig,
  ends: (() => unknown)[],
  close: () => Promise<void>,
): Promise<RunningApp> {
  const { dataDir, version } = config;
  const { clock } = platform;
  const folder = holdDataFolder(dataDir);
  ends.push(() => folder.release());
  const appLog = await openLog(dataDir, 'info');
  const { log } = appLog;
  ends.push(() => appLog.close());
  const { db, notices } = await openAppDatabase(config.database ?? join(dataDir, 'yurt.db'), clock(), log);
  ends.push(() => db.close());

  const events = createEventHub({ launchId: randomUUID() });
  const settings = createSettingsService({ db, clock, events });
  const { provider, workerOn } = await settings.get();
  const { image: engine, media } = await startEngines(platform, { ...config, provider, log });
  ends.push(
    () => media.stop(),
    () => engine.stop(),
  );

  const horde = await createHomeHorde({ db, log, clock, secrets: platform.secrets, media, dataDir, version });
  ends.push(
    () => horde.listener.close(),
    () => horde.stop(),
  );
  const hordeAt = await listen(horde.listener, {
    host: config.host,
    port: config.hordePort.port,
    purpose: 'horde',
    owner: config.hordePort.port === 7001 ? 'It is the default of AI Horde servers and of Yurt.' : '',
    option: '--horde-port',
    mayMove: !config.hordePort.isChosen,
  });
  const hordeUrl = hordeAt.url;
  if (hordeAt.moved) {
    notices.push({
      code: 'horde_port_in_use',
      details: { wanted: String(config.hordePort.port), port: String(hordeAt.port) },
    });
  }

  const agent = `Yurt:${version}:https://github.com/yurt-app/yurt`;
  const client = createHordeClient({
    send: fetchSend,
    baseUrl: hordeUrl,
    apiKey: horde.adminKey,
    clientAgent: agent,
  });
  const session = createAppSession({ randomBytes });
  const system = createSystemService({
    version,
    host: platform.kind,
    dataDir,
    hordeUrl: () => hordeUrl,
    events,
  });
  for (const notice of notices) system.addNotice(notice);
  const gallery = createGalleryService({ db, clock, dataDir, media, events, log });
  const tellDamaged = (model: string, reason: string): void => {
    log.warn({ model, reason }, 'a model is damaged');
    system.addNotice({ code: 'model_damaged', details: { model, reason } });
  };
  const workerName = `Yurt on ${hostname()}`.slice(0, 100);
  const worker = createLocalWorker({
    client,
    engine,
    events,
    clock,
    log,
    upload: putPicture,
    name: workerName,
    agent,
    memory: createWorkerMemory({ db, clock, hordeUrl }),
    watch: {
      progressed: (jobId, progress) => creations.jobs.progressed(jobId, progress),
      ended: (jobId) => creations.jobs.ended(jobId),
    },
    onAway: () => horde.workerLeft(workerName),
    onDamagedModel: tellDamaged,
  });
  const creations = createCreationsService({
    db,
    clock,
    log,
    events,
    client,
    gallery,
    download: getPicture,
    connection: { id: 'home', name: hostname(), url: hordeUrl },
    isMadeHere: (model) => worker.status.models.includes(model),
    stopJob: worker.cancelJob,
  });
  horde.onQueued(worker.wake);
  horde.onJobStarted(creations.jobs.started);
  ends.push(creations.stop);
  await creations.resume();
  const app = await createAppListener({
    log,
    rendererDir: config.rendererDir,
    session,
    features: [
      eventRoutes(events),
      settingsRoutes(settings),
      draftRoutes({ db, clock }),
      systemRoutes(system),
      creationRoutes(creations),
      galleryRoutes(gallery),
      connectionRoutes(
        createConnectionsService({
          home: { name: hostname(), url: () => hordeUrl, client },
          clock,
          events,
        }),
      ),
      workerRoutes(worker),
      horde.hostRoutes,
      modelRoutes(createModelsService({ client, engine, log, isDamaged: worker.isDamaged })),
    ],
  });
  ends.push(() => app.close());
  const appAt = await listen(app, {
    host: '127.0.0.1',
    port: config.appPort.port,
    purpose: 'interface',
    owner: config.appPort.port === 7010 ? 'It is the default of Yurt.' : '',
    option: '--app-port',
    mayMove: !config.appPort.isChosen,
  });
  gallery.reconcile().then(
    (report) => log.info(report, 'gallery reconciled'),
    (error: unknown) => log.warn({ err: error }, 'the gallery could not be reconciled'),
  );
  const appOrigin = appAt.url;
  folder.announce({ pid: process.pid, appOrigin, control: session.control });
  const models = usableModels(engine, log, ({ name, reason }) => tellDamaged(name, reason));
  ends.push(worker.stop);
  if (config.startsWorker && workerOn) worker.start();
  else horde.workerLeft(workerName);
  log.info({ hordeUrl, appOrigin }, 'started');
  return {
    mintAppUrl: () => `${appOrigin}/?s=${session.mintLink()}`,
    hordeUrl,
    adminKey: horde.adminKey,
    models,
    close,
  };
}

/** Names of the models that can be offered. An engine that does not start costs pictures, not the horde. */
async function usableModels(
  engine: ImageEngine,
  log: Logger,
  onDamaged: (model: DamagedModel) => void,
): Promise<string[]> {
  try {
    const { models, damaged } = await engine.scan();
    damaged.forEach(onDamaged);
    return models.map((model) => model.name);
  } catch (error) {
    log.error({ err: error }, 'the image engine does not start');
    return [];
  }
}
