import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { createLane } from '#shared/common/lane.ts';
import { type Creation, idleProgress } from '#shared/studio/creations/schema.ts';
import { createLiveJobs } from './live.ts';
import { createCreationsRepository } from './repository.ts';
import { startRun } from './run.ts';

const creation: Creation = {
  id: 'c1',
  connectionId: 'home',
  createdAt: 0,
  state: 'working',
  input: {
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
  },
  requestId: 'r1',
  progress: { ...idleProgress, finished: 1, restarted: 0, queuePosition: 0 },
  imageIds: ['i1'],
  kudos: { expected: 1, used: 1 },
  warnings: [],
  problem: null,
};
const never = (): Promise<never> => Promise.reject(new Error('nothing asks for this'));

let folder: string;
let db: AppDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-run-'));
  db = await openTestDatabase(join(folder, 'yurt.db'));
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

it('writes how it ended once the disk takes it again, and shows no trouble on a card that is done', async () => {
  const rows = createCreationsRepository(db);
  await rows.insert({ creation, sending: null, wantsCancel: false });
  const { promise: refused, resolve: refuse } = Promise.withResolvers<void>();
  let failures = 2;
  const shown: Creation[] = [];
  const check = {
    finished: 1,
    processing: 0,
    restarted: 0,
    waiting: 0,
    done: true,
    faulted: false,
    wait_time: 0,
    queue_position: 0,
    kudos: 1,
    is_possible: true,
  };
  const run = startRun(
    {
      rows: {
        ...rows,
        update: (stored) => {
          if (failures === 0) return rows.update(stored);
          failures -= 1;
          run.nudge();
          refuse();
          return Promise.reject(new Error('database or disk is full'));
        },
      },
      client: {
        generateCheck: () => Promise.resolve(check),
        generateStatus: never,
        generateCancel: never,
        generateAsync: never,
        findUser: never,
      },
      live: createLiveJobs(
        () => undefined,
        () => 0,
      ),
      lane: createLane(),
      clock: Date.now,
      log: pino({ level: 'silent' }),
      publish: (changed) => shown.push(changed),
      gallery: { save: never },
      download: never,
      connection: { name: 'Home', url: 'http://127.0.0.1:7001' },
      stopJob: () => undefined,
    },
    { creation, sending: null, wantsCancel: false },
  );
  await refused;
  expect((await rows.find('c1'))?.creation.state).toBe('working');
  await run.ended;
  expect((await rows.find('c1'))?.creation).toMatchObject({ state: 'done', problem: null });
  expect(shown.map(({ problem }) => problem)).not.toContainEqual(expect.anything());
  expect(shown.at(-1)?.state).toBe('done');
});
