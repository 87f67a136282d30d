import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect } from 'vitest';
import { type AppDatabase, openDatabase } from '#main/db/database.ts';
import type { MediaEngine } from '#main/platform/engine-clients.ts';
import { createMediaEngine } from '#main/platform/engine-supervisor.ts';
import { forkEngine } from '#main/platform/fork-engine.ts';
import { createFileSecrets } from '#main/platform/node-secrets.ts';
import { type AppFastify, createFastify } from '#main/server/fastify-base.ts';
import {
  creationRoutes,
  createCreationsService,
  type CreationsService,
} from '#main/studio/creations/index.ts';
import { createEventHub, type EventHub } from '#main/studio/events/index.ts';
import { createGalleryService, type GalleryService } from '#main/studio/gallery/index.ts';
import { createHordeClient, type HordeClient } from '#shared/horde/client.ts';
import type { Creation, CreationInput, CreationState } from '#shared/studio/creations/schema.ts';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { fetchSend, getPicture } from '../fetch-send.ts';
import { createHomeHorde, type HomeHorde } from '../horde.ts';

export const log = pino({ level: 'silent' });

/** A WebP of one pixel. */
const picture = Buffer.from('UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=', 'base64');

export const input: CreationInput = {
  prompt: 'cat',
  negativePrompt: '',
  model: 'Toy',
  width: 64,
  height: 64,
  steps: 4,
  cfgScale: 4,
  sampler: 'k_euler',
  karras: true,
  count: 1,
};

/** What a test may put in place of the real parts of one launch. */
export interface LaunchOptions {
  /** Wraps the client of the creations. */
  readonly client?: (real: HordeClient) => Partial<HordeClient>;
  readonly gallery?: (real: GalleryService) => Pick<GalleryService, 'save'>;
  /** Address of another horde than the home horde. */
  readonly hordeUrl?: string;
  readonly apiKey?: string;
  readonly stopJob?: (jobId: string) => void;
}

/** Core's side of creations, as `createApp` wires it, on one database. */
export interface Launched {
  readonly db: AppDatabase;
  readonly horde: HomeHorde;
  readonly hordeUrl: string;
  /** The owner's client, unwrapped. */
  readonly client: HordeClient;
  readonly creations: CreationsService;
  readonly gallery: GalleryService;
  readonly events: EventHub;
  readonly seen: StudioEvent[];
  readonly server: AppFastify;
  /** Ends at once what runs, as a killed process does, and frees the database. */
  crash(): Promise<void>;
}

/** A media process, and a data folder per test on which core is launched again and again. */
export interface Rig {
  readonly dataDir: string;
  readonly media: MediaEngine;
  /** Added to the clock of what is launched. */
  laterMs: number;
  launch(options?: LaunchOptions): Promise<Launched>;
  /** Ends what runs and begins with an empty folder. */
  renew(): Promise<void>;
  end(): Promise<void>;
}

export const engineEntry = fileURLToPath(new URL('../../engine.ts', import.meta.url));

export function createRig(): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'yurt-creations-'));
  const media = createMediaEngine({
    spawn: (role) => forkEngine(engineEntry, role, () => undefined),
    log,
    tempDir: join(folder, 'media'),
  });
  const running = new Set<Launched>();
  let tests = 0;
  const rig: Rig = {
    get dataDir() {
      return join(folder, String(tests));
    },
    media,
    laterMs: 0,
    launch: async (options = {}) => {
      mkdirSync(rig.dataDir, { recursive: true });
      const launched = await launch(rig, options);
      running.add(launched);
      const crash = async (): Promise<void> => {
        if (running.delete(launched)) await launched.crash();
      };
      return { ...launched, crash };
    },
    renew: async () => {
      for (const launched of running) await launched.crash();
      running.clear();
      tests += 1;
      rig.laterMs = 0;
    },
    end: async () => {
      await rig.renew();
      await media.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return rig;
}

async function launch(rig: Rig, options: LaunchOptions): Promise<Launched> {
  const { dataDir, media } = rig;
  const clock = (): number => Date.now() + rig.laterMs;
  const db = await openDatabase(join(dataDir, 'yurt.db'));
  const secrets = createFileSecrets(join(dataDir, 'secrets.json'));
  const horde = await createHomeHorde({ db, log, clock, secrets, media, dataDir, version: '0.0.0-test' });
  const ownUrl = await horde.listener.listen({ host: '127.0.0.1', port: 0 });
  const clientOf = (baseUrl: string, apiKey: string): HordeClient =>
    createHordeClient({ send: fetchSend, baseUrl, apiKey, clientAgent: 'yurt-test:1:none' });
  const hordeUrl = options.hordeUrl ?? ownUrl;
  const real = clientOf(hordeUrl, options.apiKey ?? horde.adminKey);
  const events = createEventHub({ launchId: 'test' });
  const seen: StudioEvent[] = [];
  events.subscribe(({ event }) => seen.push(event));
  const gallery = createGalleryService({ db, clock, dataDir, media, events, log });
  const creations = createCreationsService({
    db,
    clock,
    log,
    events,
    client: { ...real, ...options.client?.(real) },
    gallery: options.gallery?.(gallery) ?? gallery,
    download: getPicture,
    connection: { id: 'home', name: 'Home', url: hordeUrl },
    isMadeHere: (model) => model === 'Toy',
    stopJob: options.stopJob ?? (() => undefined),
  });
  horde.onJobStarted(creations.jobs.started);
  await creations.resume();
  const server = createFastify({ log, unknownKeys: 'refuse' });
  creationRoutes(creations)(server);
  return {
    db,
    horde,
    hordeUrl: ownUrl,
    client: clientOf(ownUrl, horde.adminKey),
    creations,
    gallery,
    events,
    seen,
    server,
    crash: async () => {
      await creations.stop();
      await horde.stop();
      await horde.listener.close();
      await server.close();
      await db.close();
    },
  };
}

/** Never answers, as a process that is killed before: ends only with the signal. */
export function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('aborted')));
  });
}

/** Waits until the creation is so; what never comes fails by the test's time limit. */
export async function until(
  { creations, events }: Pick<Launched, 'creations' | 'events'>,
  id: string,
  isReached: (creation: Creation) => boolean,
): Promise<Creation> {
  const { promise, resolve } = Promise.withResolvers<Creation>();
  const subscription = events.subscribe(({ event }) => {
    if (event.type === 'creationChanged' && event.creation.id === id && isReached(event.creation)) {
      resolve(event.creation);
    }
  });
  const now = await creations.get(id);
  if (isReached(now)) resolve(now);
  return promise.finally(() => subscription.unsubscribe());
}

export const inState =
  (...states: readonly CreationState[]) =>
  (creation: Creation): boolean =>
    states.includes(creation.state);

const offer = {
  name: 'Test dreamer',
  models: ['Toy'],
  bridge_agent: 'Yurt:0.0.0:https://github.com/yurt-app/yurt',
  max_pixels: 512 * 512,
  nsfw: true,
  amount: 1,
  threads: 1,
};

/** Makes the test's worker known, so that requests are possible. */
export async function offerModel({ client }: Pick<Launched, 'client'>): Promise<void> {
  await client.generatePop(offer);
}

/** Takes a job as a worker does; it has to be there. */
export async function takeJob({
  client,
}: Pick<Launched, 'client'>): Promise<{ id: string; uploadUrl: string }> {
  const job = await client.generatePop(offer);
  expect(job.id).not.toBeNull();
  return { id: String(job.id), uploadUrl: String(job.r2_upload) };
}

/** Uploads and submits; over a restart the link leads to the new address. */
export async function finishJob(
  { client, hordeUrl }: Pick<Launched, 'client' | 'hordeUrl'>,
  job: { id: string; uploadUrl: string },
): Promise<void> {
  const link = new URL(job.uploadUrl);
  const upload = await fetch(`${hordeUrl}${link.pathname}${link.search}`, {
    method: 'PUT',
    headers: { 'content-type': 'image/webp' },
    body: picture,
  });
  expect(upload.status).toBe(200);
  await client.generateSubmit({ id: job.id, generation: 'R2', state: 'ok', seed: 7 });
}
