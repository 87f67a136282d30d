import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ImageEngine } from '#main/platform/engine-clients.ts';
import { createImageEngine } from '#main/platform/engine-supervisor.ts';
import { forkEngine } from '#main/platform/fork-engine.ts';
import { createLocalWorker, type LocalWorker } from '#main/studio/bridge/index.ts';
import { isTerminal } from '#shared/studio/creations/schema.ts';
import { putPicture } from './fetch-send.ts';
import {
  createRig,
  engineEntry,
  input,
  type Launched,
  log,
  type Rig,
  until,
} from './testing/creations-rig.ts';

const tiny = { ...input, model: 'Yurt Tiny', width: 128, height: 128 };
let rig: Rig;
let engine: ImageEngine;
let core: Launched;
let worker: LocalWorker;

beforeAll(async () => {
  rig = createRig();
  core = await rig.launch({ stopJob: (jobId) => worker.cancelJob(jobId) });
  engine = createImageEngine({
    spawn: (role) => forkEngine(engineEntry, role, () => undefined),
    log,
    modelDirs: [fileURLToPath(new URL('../../resources/models', import.meta.url))],
    provider: 'cpu',
    tempDir: join(rig.dataDir, 'temp', 'image'),
  });
  worker = createLocalWorker({
    client: core.client,
    engine,
    events: core.events,
    clock: Date.now,
    log,
    upload: putPicture,
    name: 'Test',
    agent: 'Yurt:0.0.0:https://github.com/yurt-app/yurt',
    watch: { progressed: core.creations.jobs.progressed, ended: core.creations.jobs.ended },
  });
  core.horde.onQueued(worker.wake);
  worker.start();
});
afterAll(async () => {
  await worker.stop();
  await engine.stop();
  await rig.end();
});

it('shows step, preview and time left of a picture that this computer makes', async () => {
  // Previews come every 300 ms: the picture takes some seconds on any machine.
  const long = { ...tiny, steps: 100 };
  const { id } = await core.creations.create(long);
  const making = await until(
    core,
    id,
    ({ progress }) => progress.previewUrl !== null && (progress.step ?? 0) > 0,
  );
  expect(making.progress).toMatchObject({ steps: expect.any(Number), etaSeconds: expect.any(Number) });
  const preview = await core.server.inject(String(making.progress.previewUrl));
  expect(preview.headers).toMatchObject({ 'content-type': 'image/webp', 'cache-control': 'no-store' });
  expect(preview.rawPayload.subarray(8, 12).toString('latin1')).toBe('WEBP');
  const done = await until(core, id, isTerminal);
  expect(done).toMatchObject({ state: 'done', progress: { step: null, previewUrl: null } });
  const told = core.seen.filter((event) => event.type === 'creationChanged' && event.creation.id === id);
  const frames = new Set(
    told.map((event) => event.type === 'creationChanged' && event.creation.progress.previewUrl),
  );
  expect(frames.size).toBeGreaterThan(2);
});

it('stops between two steps when the request is cancelled, and makes the next at once', async () => {
  const endless = { ...tiny, steps: 500 };
  const { id } = await core.creations.create(endless);
  await until(core, id, ({ progress }) => (progress.step ?? 0) > 0);
  const next = await core.creations.create(tiny);
  await core.creations.cancel(id);
  expect(await until(core, id, isTerminal)).toMatchObject({ state: 'cancelled', imageIds: [] });
  expect(await until(core, next.id, isTerminal)).toMatchObject({ state: 'done' });
  expect(worker.status.jobsFaulted).toBe(0);
});
