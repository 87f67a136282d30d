import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '#main/db/database.ts';
import { createStatusSource } from './index.ts';

it('counts online workers by model and leaves maintenance out of the models', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yurt-status-'));
  const db = await openDatabase(join(folder, 'test.db'));
  const worker = (speed: number, threads: number, isInMaintenance = false) => ({
    speed,
    isInMaintenance,
    profile: { threads, models: ['tiny'] },
  });
  const source = createStatusSource({
    db,
    clock: () => 0,
    online: () => [worker(100, 1), worker(400, 2), worker(9, 5, true)],
    isKnown: () => true,
  });
  expect(await source.models()).toEqual([
    {
      name: 'tiny',
      threads: 3,
      pixelstepsPerSecond: 300,
      queuedPixelsteps: 0,
      queuedJobs: 0,
      isKnown: true,
    },
  ]);
  expect(await source.onlineWorkers()).toMatchObject({ workers: 3, threads: 8 });
  expect(await source.queuedImages()).toEqual({ requests: 0, jobs: 0, megapixelsteps: 0 });
  await db.close();
  await rm(folder, { recursive: true });
});
