import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppDatabase, openDatabase } from '#main/db/database.ts';
import type { MediaEngine } from '#main/platform/engine-clients.ts';
import { createFileSecrets } from '#main/platform/node-secrets.ts';
import { createHordeClient, type HordeClient, type HordeSend } from '#shared/horde/client.ts';
import { createHomeHorde, type HomeHorde } from './horde.ts';
import { listen } from './listen.ts';

/** Stands for the media process, which has tests of its own: it hands pictures through. */
const media: MediaEngine = {
  toWebp: (webp) => Promise.resolve({ webp, width: 512, height: 512 }),
  thumbnail: (webp) => Promise.resolve({ webp, width: 512, height: 512 }),
  stop: () => Promise.resolve(),
};

const send: HordeSend = async ({ method, url, headers, body, signal }) => {
  const answer = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
};

let dataDir: string;
let db: AppDatabase;
let horde: HomeHorde;
let baseUrl: string;

async function start(): Promise<void> {
  db = await openDatabase(join(dataDir, 'yurt.db'));
  horde = await createHomeHorde({
    db,
    log: pino({ level: 'silent' }),
    clock: Date.now,
    secrets: createFileSecrets(join(dataDir, 'secrets.json')),
    media,
    dataDir,
    version: '0.0.0-test',
  });
  const { port } = await listen(horde.listener, {
    host: '127.0.0.1',
    port: 0,
    purpose: 'horde',
    owner: '',
    option: '--horde-port',
    mayMove: false,
  });
  baseUrl = `http://127.0.0.1:${port}`;
}

async function stop(): Promise<void> {
  await horde.stop();
  await horde.listener.close();
  await db.close();
}

const client = (apiKey: string): HordeClient =>
  createHordeClient({ send, baseUrl, apiKey, clientAgent: 'yurt-test:1:none' });

/** A WebP of one pixel. */
const picture = Buffer.from('UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=', 'base64');

/** What a dreamer offers that can do plain pictures. */
const offer = {
  name: 'Test dreamer',
  models: ['Any Model'],
  bridge_agent: 'Yurt:0.0.0:https://github.com/yurt-app/yurt',
  max_pixels: 512 * 512,
  nsfw: true,
  amount: 1,
  threads: 1,
};

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'yurt-home-'));
  await start();
});

afterEach(async () => {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the home horde over HTTP', () => {
  it('turns a request of a guest into a picture and pays the worker', async () => {
    const owner = client(horde.adminKey);
    const guest = client('0000000000');
    // The first pop makes the worker known, so that the request is possible.
    expect((await owner.generatePop(offer)).id).toBeNull();
    const before = (await owner.findUser()).kudos ?? 0;
    const accepted = await guest.generateAsync({
      prompt: 'a red circle on a blue background',
      models: ['Any Model'],
      params: { width: 512, height: 512, steps: 12, seed: '7' },
    });
    if (!('id' in accepted)) throw new Error('the request was not accepted');
    expect((await guest.generateCheck(accepted.id)).waiting).toBe(1);

    const job = await owner.generatePop(offer);
    expect(job.payload.prompt).toBe('a red circle on a blue background');
    expect((await guest.generateCheck(accepted.id)).processing).toBe(1);
    const upload = await fetch(String(job.r2_upload), {
      method: 'PUT',
      headers: { 'content-type': 'image/webp' },
      body: picture,
    });
    expect(upload.status).toBe(200);
    const { reward } = await owner.generateSubmit({
      id: String(job.id),
      generation: 'R2',
      state: 'ok',
      seed: 7,
    });
    expect(reward).toBeGreaterThan(0);

    const status = await guest.generateStatus(accepted.id);
    expect(status).toMatchObject({ done: true, finished: 1, faulted: false });
    const [generation] = status.generations ?? [];
    const download = await fetch(String(generation?.img));
    expect(Buffer.from(await download.arrayBuffer())).toEqual(picture);
    expect((await owner.findUser()).kudos ?? 0).toBeGreaterThan(before);
  });

  it('keeps account, key and request over a restart', async () => {
    const key = horde.adminKey;
    const accepted = await client(key).generateAsync({ prompt: 'a yurt', models: ['Any Model'] });
    if (!('id' in accepted)) throw new Error('the request was not accepted');
    expect(accepted.warnings?.map((warning) => warning.code)).toContain('NoAvailableWorker');
    await stop();
    await start();
    expect(horde.adminKey).toBe(key);
    const check = await client(key).generateCheck(accepted.id);
    expect(check).toMatchObject({ waiting: 1, done: false, is_possible: false });
  });

  it('tells its modes, and stops taking requests while in maintenance', async () => {
    const owner = client(horde.adminKey);
    expect(await owner.statusModes()).toEqual({
      maintenance_mode: false,
      invite_only_mode: false,
      raid_mode: false,
    });
    await fetch(`${baseUrl}/api/v2/status/modes`, {
      method: 'PUT',
      headers: { apikey: horde.adminKey, 'content-type': 'application/json' },
      body: '{"maintenance_mode":true}',
    });
    expect(await client('0000000000').statusModes()).toEqual({
      maintenance_mode: true,
      invite_only_mode: false,
    });
    await stop();
    await start();
    await expect(client(horde.adminKey).generateAsync({ prompt: 'x' })).rejects.toMatchObject({
      status: 400,
      rc: 'MaintenanceMode',
    });
  });

  it('refuses a wrong key', async () => {
    await expect(client('not-a-key').findUser()).rejects.toMatchObject({ status: 404 });
    await expect(client('not-a-key').generateAsync({ prompt: 'x' })).rejects.toMatchObject({
      status: 401,
      rc: 'InvalidAPIKey',
    });
  });

  it('keeps no key in clear in the database', async () => {
    await stop();
    expect(readFileSync(join(dataDir, 'yurt.db'), 'latin1')).not.toContain(horde.adminKey);
    await start();
  });

  it('describes exactly the operations that it serves, with the ids of the public horde', async () => {
    const document: unknown = await (await fetch(`${baseUrl}/api/swagger.json`)).json();
    const known = new Map(
      readFileSync(new URL('../../src-shared/horde/common/operations.tsv', import.meta.url), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split('\t'))
        .map(([method, path, id]) => [`${String(method).toUpperCase()} ${String(path)}`, id]),
    );
    const served = operationsOf(document);
    expect(served.length).toBeGreaterThan(15);
    for (const [operation, id] of served) expect([operation, id]).toEqual([operation, known.get(operation)]);
  });
});

/** `METHOD /path` (without the base path) and operationId of a Swagger document. */
function operationsOf(document: unknown): [string, unknown][] {
  if (typeof document !== 'object' || document === null || !('paths' in document)) return [];
  const base = 'basePath' in document ? String(document.basePath) : '';
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries<{ operationId?: unknown }>(methods).map(([method, operation]): [string, unknown] => [
      `${method.toUpperCase()} ${`${base === '/' ? '' : base}${path}`}`,
      operation.operationId,
    ]),
  );
}
