import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
// oxlint-disable-next-line no-restricted-imports -- the test makes and inspects pictures itself
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
// oxlint-disable-next-line no-restricted-imports -- the real engine process needs a model to run
import { toyJob, writeToyModel } from '#main/engine/testing/toy-model.ts';
import type { ImageEngine, MediaEngine } from './engine-clients.ts';
import { createImageEngine, createMediaEngine } from './engine-supervisor.ts';
import { forkEngine } from './fork-engine.ts';
import type { EngineProcess } from './ports.ts';

const entry = fileURLToPath(new URL('../engine.ts', import.meta.url));
const log = { info: () => undefined, warn: () => undefined };
const never = new AbortController().signal;
const longJob = { ...toyJob, steps: 500, width: 96, height: 96 };

let folder: string;
let processes: EngineProcess[];
let engines: Array<ImageEngine | MediaEngine>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-supervisor-'));
  processes = [];
  engines = [];
  writeToyModel(join(folder, 'models', 'toy'));
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const options = () => ({
  spawn: (role: 'image' | 'media') => {
    const child = forkEngine(entry, role, () => undefined);
    processes.push(child);
    return child;
  },
  log,
  tempDir: join(folder, 'temp'),
  restartDelayMs: 10,
});

function startImageEngine(): ImageEngine {
  const engine = createImageEngine({ ...options(), modelDirs: [join(folder, 'models')], provider: 'cpu' });
  engines.push(engine);
  return engine;
}

function startMediaEngine(): MediaEngine {
  const engine = createMediaEngine(options());
  engines.push(engine);
  return engine;
}

describe('image engine', () => {
  it('lists models and makes pictures of any size', async () => {
    const engine = startImageEngine();
    expect((await engine.models()).map(({ name }) => name)).toEqual(['Toy']);
    expect((await engine.scan()).damaged).toEqual([]);
    rmSync(join(folder, 'models', 'toy', 'unet'), { recursive: true });
    expect(await engine.scan()).toMatchObject({
      models: [],
      damaged: [{ name: 'Toy', reason: 'No graph in unet' }],
    });
    writeToyModel(join(folder, 'models', 'toy'));
    const calls: number[] = [];
    const { pictures } = await engine.generate(
      { ...toyJob, width: 1024, height: 1024, batch: 2 },
      ({ done }) => calls.push(done),
      never,
    );
    expect(calls.at(-1)).toBe(6);
    expect(await sharp(pictures[1]?.webp).metadata()).toMatchObject({ format: 'webp', width: 1024 });
    expect(readdirSync(join(folder, 'temp'))).toEqual([]);
    await engine.unload();
  });

  it('loses only the job in which its process is killed', async () => {
    const engine = startImageEngine();
    const states: string[] = [];
    engine.onState((state) => states.push(state));
    const killed = engine.generate(
      longJob,
      ({ done }) => {
        if (done === 1) process.kill(processes[0]?.pid ?? NaN, 'SIGKILL');
      },
      never,
    );
    const waiting = engine.generate(toyJob, () => undefined, never);
    await expect(killed).rejects.toMatchObject({ name: 'EngineError', code: 'engine_died' });
    expect((await waiting).pictures).toHaveLength(1);
    expect(states).toEqual(['ready', 'restarting', 'ready']);
    expect(processes).toHaveLength(2);
  });

  it('cancels a running job and runs the next in the same process', async () => {
    const engine = startImageEngine();
    const controller = new AbortController();
    const cancelled = engine.generate(
      longJob,
      ({ done }) => {
        if (done === 1) controller.abort();
      },
      controller.signal,
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    await expect(engine.generate(toyJob, () => undefined, controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await engine.generate(toyJob, () => undefined, never)).pictures).toHaveLength(1);
    expect(processes).toHaveLength(1);
  });

  it('hands on why a job failed', async () => {
    const engine = startImageEngine();
    const failing = engine.generate({ ...toyJob, model: 'None' }, () => undefined, never);
    await expect(failing).rejects.toMatchObject({ name: 'EngineError', code: 'model_unknown' });
  });

  it('stops within two seconds in the middle of a job', async () => {
    const engine = startImageEngine();
    const started = Promise.withResolvers<void>();
    const running = engine.generate(longJob, () => started.resolve(), never);
    const outcome = running.catch((error: unknown) => error);
    await started.promise;
    const startMs = performance.now();
    await engine.stop();
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(engine.state).toBe('stopped');
    expect(await outcome).toMatchObject({ code: 'engine_died' });
  });

  it('gives up a process that always dies, until it is asked again', async () => {
    const engine = createImageEngine({
      ...options(),
      spawn: (role) => {
        const child = forkEngine(join(folder, 'no-entry.ts'), role, () => undefined);
        processes.push(child);
        return child;
      },
      modelDirs: [],
      provider: 'cpu',
    });
    engines.push(engine);
    await expect(engine.models()).rejects.toMatchObject({ code: 'engine_died' });
    expect(engine.state).toBe('failed');
    expect(processes).toHaveLength(5);
    await expect(engine.models()).rejects.toMatchObject({ code: 'engine_died' });
    expect(processes).toHaveLength(10);
  });
});

describe('media engine', () => {
  const limits = { maxBytes: 10_000_000, maxWidth: 1024, maxHeight: 1024 };
  const noise = (side: number) =>
    sharp({
      create: {
        width: side,
        height: side / 2,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 50 },
      },
    });

  it('re-encodes each allowed format and makes thumbnails', async () => {
    const media = startMediaEngine();
    for (const picture of [
      await noise(512).png().toBuffer(),
      await noise(512).jpeg().toBuffer(),
      await noise(512).webp().toBuffer(),
    ]) {
      const encoded = await media.toWebp(picture, limits, 90);
      expect(encoded).toMatchObject({ width: 512, height: 256 });
      expect(await sharp(encoded.webp).metadata()).toMatchObject({ format: 'webp', width: 512 });
      expect(await media.thumbnail(picture, limits, 64)).toMatchObject({ width: 64, height: 32 });
    }
    expect(readdirSync(join(folder, 'temp'))).toEqual([]);
  });

  it('refuses what is no picture or exceeds the limits, and lives on', async () => {
    const media = startMediaEngine();
    const good = await noise(512).png().toBuffer();
    const wrong: Array<[Uint8Array, typeof limits]> = [
      [Buffer.from('garbage'), limits],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), limits],
      [await noise(64).gif().toBuffer(), limits],
      [good.subarray(0, 2000), limits],
      [good, { ...limits, maxBytes: 1000 }],
      [good, { ...limits, maxWidth: 511 }],
      [good, { ...limits, maxHeight: 255 }],
    ];
    for (const [picture, limit] of wrong) {
      await expect(media.toWebp(picture, limit, 90)).rejects.toMatchObject({ code: 'bad_picture' });
    }
    expect(await media.toWebp(good, limits, 90)).toMatchObject({ width: 512 });
    expect(processes).toHaveLength(1);
  });
});
