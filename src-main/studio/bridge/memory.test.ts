import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { openTestDatabase } from '#main/db/testing/open-test-database.ts';
import type { PoppedJob } from './job.ts';
import { createWorkerMemory } from './memory.ts';

const job: PoppedJob = {
  id: 'a',
  model: 'Tiny',
  deadlineMs: 5000,
  uploadUrl: 'http://127.0.0.1:7001/images/transient/a.webp?m=PUT&s=x',
  image: {
    model: 'Tiny',
    prompt: 'cat',
    negativePrompt: '',
    width: 64,
    height: 64,
    steps: 3,
    cfgScale: 4,
    sampler: 'k_euler',
    karras: true,
    clipSkip: 1,
    seed: 2 ** 32 - 1,
    batch: 1,
  },
};

let folder: string;
let db: AppDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-memory-'));
  db = await openTestDatabase(join(folder, 'yurt.db'));
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const memoryAt = (hordeUrl: string) => createWorkerMemory({ db, clock: Date.now, hordeUrl });

it('recalls the job in hand, with its link at where the horde is now', async () => {
  const before = memoryAt('http://127.0.0.1:7001');
  expect(await before.recall()).toBeUndefined();
  await before.keep(job);
  expect(await before.recall()).toEqual(job);
  const after = memoryAt('http://127.0.0.1:40123');
  const uploadUrl = 'http://127.0.0.1:40123/images/transient/a.webp?m=PUT&s=x';
  expect(await after.recall()).toEqual({ ...job, uploadUrl });
  await after.keep({ ...job, uploadUrl: undefined });
  expect((await after.recall())?.uploadUrl).toBeUndefined();
  await after.keep(undefined);
  expect(await after.recall()).toBeUndefined();
});
