import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#main/db/database.ts';
import { createImagesService, imageRoutes } from '#main/horde/images/index.ts';
import { createRequestsService, requestRoutes } from '#main/horde/requests/index.ts';
import { createUsersService } from '#main/horde/users/index.ts';
import { createWorkersService, workerRoutes } from '#main/horde/workers/index.ts';
import { EngineError, type MediaEngine } from '#main/platform/engine-clients.ts';
import { createFastify } from '#main/server/fastify-base.ts';
import type { PopAnswer } from '#shared/horde/jobs/schema.ts';
import { createJobsService, jobRoutes } from './index.ts';

/** Stands for the media process: what begins like a WebP passes. */
const media: MediaEngine = {
  toWebp: (picture) =>
    Buffer.from(picture).subarray(8, 12).toString() === 'WEBP'
      ? Promise.resolve({ webp: picture, width: 512, height: 512 })
      : Promise.reject(new EngineError('bad_picture', 'not a picture')),
  thumbnail: () => Promise.reject(new Error('not used')),
  stop: () => Promise.resolve(),
};
const webp = Buffer.concat([Buffer.from('RIFF0000WEBPVP8 '), Buffer.alloc(100, 7)]);

async function openHorde(folder: string, clock: { now: number }, key?: string) {
  const db = await openDatabase(join(folder, 'horde.sqlite'));
  const now = () => clock.now;
  const users = createUsersService({ db, clock: now, randomBytes, serverSecret: Buffer.alloc(32, 1) });
  const owner = await users.ensureOwner();
  const images = createImagesService({
    folder: join(folder, 'objects'),
    secret: Buffer.alloc(32, 2),
    media,
    clock: now,
  });
  const workers = createWorkersService({ db, users, clock: now });
  await workers.load();
  const requests = createRequestsService({ db, workers, images, clock: now });
  const jobs = createJobsService({ db, workers, images, clock: now });
  const server = createFastify({ log: pino({ level: 'silent' }), unknownKeys: 'drop' });
  if (!server.hasRequestDecorator('isLocal')) server.decorateRequest('isLocal', true);
  imageRoutes(server, { images, isJobOpen: (id) => jobs.isOpen(id) });
  requestRoutes(server, { requests, users });
  jobRoutes(server, { jobs, users });
  workerRoutes(server, { workers, users });
  await server.ready();
  const apikey = key ?? owner.apiKey ?? '';
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
    const answer = await server.inject({ method, url, headers: { apikey }, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const close = async () => {
    await server.close();
    await db.close();
  };
  const pop = async (extra: object = {}): Promise<PopAnswer> =>
    (
      await call('POST', '/generate/pop', {
        name: 'Worker One',
        models: ['tiny'],
        max_pixels: 4_194_304,
        ...extra,
      })
    ).body;
  return { db, server, call, pop, apikey, close, jobs, requests };
}

type Horde = Awaited<ReturnType<typeof openHorde>>;
const opened: Array<() => Promise<void>> = [];
const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yurt-jobs-'));
  opened.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});
const pathOf = (link: string | null | undefined) => (link ?? '').replace(/^https?:\/\/[^/]+/, '');
const upload = (horde: Horde, link: string | null) =>
  horde.server.inject({ method: 'PUT', url: pathOf(link), payload: webp });

describe('a request, from async to the picture', () => {
  it('survives a restart, is paid once and gives the picture by a signed link', async () => {
    const folder = await newFolder();
    const clock = { now: 1_800_000_000_000 };
    let horde = await openHorde(folder, clock);
    const asked = await horde.call('POST', '/generate/async', {
      prompt: 'a lighthouse',
      models: ['tiny'],
      params: { n: 2, seed: '7', unknown_key: 1 },
    });
    expect(asked.status).toBe(202);
    expect(asked.body.warnings[0].code).toBe('NoAvailableWorker');
    const id: string = asked.body.id;
    const job = await horde.pop();
    expect(job).toMatchObject({
      model: 'tiny',
      ttl: 150,
      payload: { prompt: 'a lighthouse', seed: '7', ddim_steps: 30, karras: true },
    });
    const key = horde.apikey;
    await horde.close();
    horde = await openHorde(folder, clock, key);
    expect((await horde.call('GET', `/generate/check/${id}`)).body).toMatchObject({
      processing: 1,
      waiting: 1,
      done: false,
      is_possible: true,
    });

    clock.now += 5000;
    const submit = { id: job.id, generation: 'R2', state: 'ok', seed: 7 };
    expect((await horde.call('POST', '/generate/submit', submit)).body.rc).toBe('ImageValidationFailed');
    expect((await upload(horde, job.r2_upload)).statusCode).toBe(200);
    const paid = await horde.call('POST', '/generate/submit', submit);
    expect(paid.status).toBe(200);
    expect(paid.body.reward).toBeGreaterThan(0);
    expect((await horde.call('POST', '/generate/submit', submit)).body).toEqual(paid.body);
    expect((await horde.call('POST', '/generate/submit', { ...submit, seed: 8 })).body.rc).toBe(
      'DuplicateGen',
    );
    expect((await upload(horde, job.r2_upload)).statusCode).toBe(403);

    const second = await horde.pop();
    await horde.call('POST', '/generate/submit', {
      id: second.id,
      generation: webp.toString('base64'),
      seed: 8,
    });
    const status = await horde.call('GET', `/generate/status/${id}`);
    expect(status.body).toMatchObject({ done: true, faulted: false, finished: 2, waiting: 0 });
    const picture = await horde.server.inject({ method: 'GET', url: pathOf(status.body.generations[0].img) });
    expect(picture.statusCode).toBe(200);
    expect(picture.rawPayload.equals(webp)).toBe(true);
    const forged = pathOf(status.body.generations[0].img).replace(/e=\d+/, 'e=9999999999');
    expect((await horde.server.inject({ method: 'GET', url: forged })).statusCode).toBe(403);
    expect((await horde.call('GET', '/workers')).body[0]).toMatchObject({
      requests_fulfilled: 2,
      online: true,
    });
    clock.now += 2 * 3_600_000;
    await horde.requests.sweep(clock.now);
    expect((await horde.call('GET', `/generate/check/${id}`)).body.rc).toBe('RequestNotFound');
    await horde.close();
  });

  it('says by path what is wrong', async () => {
    const horde = await openHorde(await newFolder(), { now: 1_800_000_000_000 });
    const bad = await horde.call('POST', '/generate/async', { prompt: '', params: { width: 65, seed: 3 } });
    expect(bad.status).toBe(400);
    expect(Object.keys(bad.body.errors).toSorted()).toEqual(['params.seed', 'params.width', 'prompt']);
    const long = await horde.call('POST', '/generate/async', { prompt: 'x'.repeat(20_000) });
    expect(long.status).toBe(202);
    const dry = await horde.call('POST', '/generate/async', { prompt: 'x', dry_run: true });
    expect(dry).toMatchObject({ status: 200, body: { kudos: expect.any(Number) } });
    expect(dry.body.id).toBeUndefined();
    const gone = await horde.call('DELETE', `/generate/status/${long.body.id}`);
    expect(gone.body).toMatchObject({ done: true, faulted: false, waiting: 0 });
    expect((await horde.pop()).id).toBeNull();
    await horde.close();
  });
});

describe('slots', () => {
  it('end finished or faulted, are never handed out twice and are settled once', async () => {
    const step = fc.constantFrom('pop', 'pop', 'submit', 'repeat', 'fault', 'sweep');
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, n) => {
          const clock = { now: 1_800_000_000_000 };
          const horde = await openHorde(await newFolder(), clock);
          const asked = await horde.call('POST', '/generate/async', {
            prompt: 'p',
            models: [],
            params: { n },
          });
          const running: string[] = [];
          const ended: string[] = [];
          const perform = async (name: (typeof steps)[number]) => {
            clock.now += 1000;
            if (name === 'pop') {
              const [one, two] = await Promise.all([horde.pop({ amount: 2 }), horde.pop()]);
              running.push(...one.ids, ...two.ids);
            } else if (name === 'sweep') {
              clock.now += 200_000;
              await horde.jobs.sweep(clock.now);
              ended.push(...running.splice(0));
            } else {
              const id = name === 'repeat' ? ended.at(-1) : running.shift();
              if (id === undefined) return;
              if (name !== 'repeat') ended.push(id);
              const state = name === 'fault' ? 'faulted' : 'ok';
              await horde.call('POST', '/generate/submit', {
                id,
                generation: webp.toString('base64'),
                seed: 1,
                state,
              });
            }
          };
          for (const name of steps) await perform(name);
          for (let round = 0; round < 30; round += 1) await perform(round % 2 === 0 ? 'pop' : 'submit');
          while (running.length > 0) await perform('submit');
          const jobs = await horde.db.read.selectFrom('horde_jobs').selectAll().execute();
          for (let slot = 0; slot < n; slot += 1) {
            const tries = jobs.filter((job) => job.slot === slot).toSorted((a, b) => a.attempt - b.attempt);
            expect(tries.map((job) => job.attempt)).toEqual(tries.map((_, index) => index + 1));
            expect(tries.slice(0, -1).every((job) => job.state === 'faulted')).toBe(true);
            expect(tries.at(-1)?.state === 'completed' || tries.length === 3).toBe(true);
          }
          const settled = await horde.db.read
            .selectFrom('kudos_event')
            .select('key')
            .where('type', '=', 'SETTLEMENT')
            .execute();
          const completed = jobs.filter((job) => job.state === 'completed').map((job) => `settle:${job.id}`);
          expect(settled.map((event) => event.key).toSorted()).toEqual(completed.toSorted());
          expect((await horde.call('GET', `/generate/check/${asked.body.id}`)).body.done).toBe(true);
          await horde.close();
        },
      ),
      { numRuns: 15 },
    );
  });
});
