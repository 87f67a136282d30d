import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#main/db/database.ts';
import { checkLedger } from '#main/horde/kudos/index.ts';
import {
  type Creation,
  type CreationInput,
  type CreationState,
  isTerminal,
} from '#shared/studio/creations/schema.ts';
import type { GalleryPage } from '#shared/studio/gallery/schema.ts';
import type { StudioModelList } from '#shared/studio/models/schema.ts';
import type { SystemInfo } from '#shared/studio/system/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { endApp, startApp, type Started } from './testing/launch-app.ts';
import { signIn, type StudioSession } from './testing/studio-session.ts';

const tinyModel = fileURLToPath(new URL('../../resources/models/yurt-tiny', import.meta.url));
const input: CreationInput = {
  prompt: 'a red circle on a blue background',
  negativePrompt: '',
  model: 'Yurt Tiny',
  width: 128,
  height: 128,
  steps: 4,
  cfgScale: 5,
  sampler: 'k_euler',
  karras: true,
  count: 1,
};
const limitMs = 120_000;

let dataDir: string;
let app: Started;
let studio: StudioSession;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'yurt-faults-'));
});
afterEach(async () => {
  await endApp(app, 'SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(...options: string[]): Promise<void> {
  app = await startApp(dataDir, options);
  studio = await signIn(app.line);
}

async function killAndStart(): Promise<void> {
  await endApp(app, 'SIGKILL');
  await start();
}

const create = (change: Partial<CreationInput> = {}) =>
  studio.call<Creation>('/app/creations', 'POST', { ...input, ...change });

const inState =
  (...states: CreationState[]) =>
  ({ state }: Creation): boolean =>
    states.includes(state);

const isStepping = ({ progress }: Creation): boolean => (progress.step ?? 0) > 0;

/** What there is of the one creation at its end, in the gallery and in the horde's books. */
async function outcomeOf(id: string) {
  const { state, problem, imageIds } = await studio.creation(id, isTerminal);
  const { images } = await studio.call<GalleryPage>('/app/gallery');
  const isKept = images.every((image) => imageIds.includes(image.id));
  await endApp(app, 'SIGTERM');
  const db = await openDatabase(join(dataDir, 'yurt.db'));
  try {
    const jobs = await db.read.selectFrom('horde_jobs').select('state').execute();
    const paid = await db.read
      .selectFrom('kudos_event')
      .select('key')
      .where('key', 'like', 'settle:%')
      .execute();
    const requests = await db.read.selectFrom('horde_requests').select('id').execute();
    return {
      state,
      problem,
      isKept,
      images: images.length,
      completedJobs: jobs.filter((job) => job.state === 'completed').length,
      payments: paid.length,
      requests: requests.length,
      ledgerProblems: (await checkLedger(db)).problems,
    };
  } finally {
    await db.close();
  }
}

/** Each picture was made, kept and paid once. */
const allOnce = (pictures: number) => ({
  state: 'done',
  problem: null,
  isKept: true,
  images: pictures,
  completedJobs: pictures,
  payments: pictures,
  requests: 1,
  ledgerProblems: [],
});

describe('core killed with SIGKILL', () => {
  it(
    'right after a creation was answered sends it once',
    async () => {
      await start();
      const { id } = await create();
      await killAndStart();
      expect(await outcomeOf(id)).toEqual(allOnce(1));
    },
    limitMs,
  );

  it(
    'while a creation waits for a worker follows it on',
    async () => {
      await start('--no-worker');
      const { id } = await create();
      await studio.creation(id, inState('waiting', 'impossible'));
      await killAndStart();
      expect(await outcomeOf(id)).toEqual(allOnce(1));
    },
    limitMs,
  );

  it(
    'while the own worker makes the picture makes the same job again',
    async () => {
      await start();
      const { id } = await create({ steps: 60 });
      await studio.creation(id, isStepping);
      await killAndStart();
      expect(await outcomeOf(id)).toEqual(allOnce(1));
    },
    limitMs,
  );

  it(
    'as soon as the horde has the picture still fetches and saves it',
    async () => {
      await start();
      const { id } = await create();
      await studio.creation(id, inState('saving', 'done'));
      await killAndStart();
      expect(await outcomeOf(id)).toEqual(allOnce(1));
    },
    limitMs,
  );

  it(
    'between the pictures of a creation makes the rest',
    async () => {
      await start();
      const { id } = await create({ count: 3, steps: 40 });
      await studio.creation(id, ({ progress }) => progress.finished > 0);
      await killAndStart();
      expect(await outcomeOf(id)).toEqual(allOnce(3));
    },
    limitMs,
  );
});

/** The engine process of a role, from the list of processes that Linux keeps. */
function enginePid(role: string): number {
  const children = readFileSync(`/proc/${app.line.pid}/task/${app.line.pid}/children`, 'utf8').trim();
  const found = children
    .split(' ')
    .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(role));
  if (found === undefined) throw new Error(`no ${role} process`);
  return Number(found);
}

describe.skipIf(process.platform !== 'linux')('the image engine killed with SIGKILL (found by /proc)', () => {
  it(
    'in a job: the restarted engine makes it',
    async () => {
      await start();
      const { id } = await create({ steps: 60 });
      await studio.creation(id, isStepping);
      process.kill(enginePid('image'), 'SIGKILL');
      expect(await outcomeOf(id)).toEqual(allOnce(1));
    },
    limitMs,
  );
});

describe('a damaged model in the data folder', () => {
  it(
    'is told of and left out, and others work',
    async () => {
      const folder = join(dataDir, 'models', 'broken');
      cpSync(tinyModel, folder, { recursive: true });
      const about = join(folder, 'yurt.json');
      writeFileSync(about, readFileSync(about, 'utf8').replace('"Yurt Tiny"', '"Broken"'));
      const unet = join(folder, 'unet');
      for (const name of readdirSync(unet)) {
        if (name.endsWith('.onnx')) writeFileSync(join(unet, name), 'no graph at all');
      }
      const torn = join(dataDir, 'models', 'torn');
      cpSync(tinyModel, torn, { recursive: true });
      rmSync(join(torn, 'vae_decoder'), { recursive: true });
      await start();
      const { notices } = await studio.call<SystemInfo>('/app/system');
      expect(notices).toMatchObject([
        { code: 'model_damaged', details: { reason: 'No graph in vae_decoder' } },
      ]);
      expect(app.line.worker.models.toSorted()).toEqual(['Broken', 'Yurt Tiny']);
      const broken = await create({ model: 'Broken' });
      const notice = await studio.event(({ type }) => type === 'noticeAdded');
      expect(notice).toMatchObject({ notice: { code: 'model_damaged', details: { model: 'Broken' } } });
      await studio.creation(broken.id, inState('impossible'));
      const worker = await studio.call<WorkerStatus>('/app/worker');
      expect(worker.models).toEqual(['Yurt Tiny']);
      expect(worker.log.length).toBeGreaterThan(0);
      const { models } = await studio.call<StudioModelList>('/app/models');
      expect(models.find(({ name }) => name === 'Yurt Tiny')).toMatchObject({ isLocal: true });
      const whole = await create();
      expect(await studio.creation(whole.id, isTerminal)).toMatchObject({ state: 'done' });
    },
    limitMs,
  );
});

describe('a data folder that was moved', () => {
  it(
    'has its pictures and its keys in the new place',
    async () => {
      await start();
      const { id } = await create();
      const [imageId] = (await studio.creation(id, isTerminal)).imageIds;
      const key = app.line.admin_key;
      await endApp(app, 'SIGTERM');
      const before = dataDir;
      dataDir = `${before}-moved`;
      renameSync(before, dataDir);
      await start();
      expect(app.line.admin_key).toBe(key);
      const { images } = await studio.call<GalleryPage>('/app/gallery');
      expect(images.map((image) => image.id)).toEqual([imageId]);
      const next = await create();
      expect(await studio.creation(next.id, isTerminal)).toMatchObject({ state: 'done' });
      expect(existsSync(before)).toBe(false);
    },
    limitMs,
  );
});
