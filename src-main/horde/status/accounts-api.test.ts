import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { openTestDatabase } from '#main/db/testing/open-test-database.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { createHordeListener } from '#main/server/horde-listener.ts';
import { createModesService, modeRoutes } from '../modes/index.ts';
import { createUsersService, userRoutes, type UsersService } from '../users/index.ts';
import { statusRoutes } from './index.ts';

let folder: string;
let db: AppDatabase;
let users: UsersService;
let ownerKey: string;
const servers: AppFastify[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yurt-horde-'));
  db = await openTestDatabase(join(folder, 'test.db'));
  let draw = 0;
  users = createUsersService({
    db,
    clock: () => 10_000,
    randomBytes: (count) => new Uint8Array(count).fill((draw += 1)),
    serverSecret: new Uint8Array(32).fill(7),
  });
  ownerKey = (await users.ensureOwner()).apiKey ?? '';
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await db.close();
  await rm(folder, { recursive: true });
});

function features(api: AppFastify): void {
  userRoutes(api, {
    users,
    clock: () => 10_000,
    workOf: () => Promise.resolve({ workerIds: ['w'], activeImageRequests: ['r'] }),
  });
  statusRoutes(api, {
    probe: () => users.byId(0),
    version: '1.2.3',
    source: {
      queued: (type) => ({
        requests: 1,
        jobs: type === 'image' ? 2 : 7,
        things: type === 'image' ? 3e6 : 90,
      }),
      online: (type) => ({ workers: 1, threads: type === 'image' ? 4 : 2 }),
      alchemists: () => ({ workers: 2, threads: 5 }),
      queuedForms: () => Promise.resolve(6),
      pastMinute: (type) => (type === 'image' ? 5e6 : 8),
      models: (type) => [
        {
          type,
          name: 'a/b',
          threads: 2,
          thingsPerSecond: 10,
          queuedThings: 100,
          queuedJobs: 1,
          isKnown: true,
        },
      ],
    },
  });
  modeRoutes(api, { users, modes: createModesService({ db, clock: () => 10_000 }) });
}

async function start(): Promise<{ url: string }> {
  const server = await createHordeListener({
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    rateLimits: 'off',
    features,
  });
  servers.push(server);
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo; // listening on TCP
  return { url: `http://127.0.0.1:${port}` };
}

describe('users and status over HTTP', () => {
  it('describes its operations as upstream names them', async () => {
    const { url } = await start();
    const text = await readFile(
      new URL('../../../src-shared/horde/common/operations.tsv', import.meta.url),
      'utf8',
    );
    const known = text
      .trim()
      .split('\n')
      .map((line) => line.split('\t').slice(0, 3).join('\t'));
    const document = (await (await fetch(`${url}/api/swagger.json`)).json()) as {
      swagger: string;
      basePath: string;
      definitions: Record<string, unknown>;
      paths: Record<string, Record<string, { operationId: string }>>;
    }; // the document's own format, asserted below
    expect([document.swagger, document.basePath]).toEqual(['2.0', '/api']);
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, { operationId }]) => `${method.toUpperCase()}\t/api${path}\t${operationId}`,
      ),
    );
    expect(described.length).toBeGreaterThanOrEqual(8);
    expect(described.filter((operation) => !known.includes(operation))).toEqual([]);
    expect(Object.keys(document.definitions)).toEqual(
      expect.arrayContaining(['ActiveModel', 'HordePerformance', 'Problem', 'UserDetails']),
    );
    expect(JSON.stringify(document.paths['/v2/find_user'])).toContain('"$ref":"#/definitions/UserDetails"');
    const page = await fetch(`${url}/api/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching('text/html'),
    ]);
  });

  it('tells how the horde is', async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/api/v2/status/heartbeat`)).json()).toEqual({
      message: 'OK',
      version: '1.2.3',
      queue: 9,
      threads: 11,
      active_count: 4,
      db_connection: true,
    });
    expect(await (await fetch(`${url}/api/v2/status/performance`)).json()).toEqual({
      queued_requests: 2,
      queued_text_requests: 7,
      queued_megapixelsteps: 3,
      queued_tokens: 90,
      queued_forms: 6,
      worker_count: 1,
      thread_count: 4,
      text_worker_count: 1,
      text_thread_count: 2,
      interrogator_count: 2,
      interrogator_thread_count: 5,
      past_minute_megapixelsteps: 5,
      past_minute_tokens: 8,
    });
  });

  it('shows the owner to themselves and hides what is private from others', async () => {
    const { url } = await start();
    const own = await fetch(`${url}/api/v2/find_user`, { headers: { apikey: ownerKey } });
    expect(await own.json()).toMatchObject({
      username: 'Owner#1',
      kudos: 25,
      moderator: true,
      trusted: true,
      worker_ids: ['w'],
      active_generations: { image: ['r'] },
    });
    const seen: unknown = await (await fetch(`${url}/api/v2/users/1`)).json();
    expect(seen).toMatchObject({ username: 'Owner#1', worker_count: 1 });
    for (const key of ['worker_ids', 'active_generations', 'suspicious', 'sharedkey_ids', 'vpn']) {
      expect(seen).not.toHaveProperty(key);
    }
    const moderated = await fetch(`${url}/api/v2/users/0`, { headers: { apikey: ownerKey } });
    expect(await moderated.json()).toMatchObject({ username: 'Anonymous#0', suspicious: 0 });
    expect(await (await fetch(`${url}/api/v2/users`)).json()).toMatchObject([{ id: 1 }, { id: 0 }]);
  });

  it('refuses unknown keys and never repeats them', async () => {
    const { url } = await start();
    const statusOf = async (path: string, headers: Record<string, string>) =>
      (await fetch(`${url}${path}`, { headers })).status;
    expect(await statusOf('/api/v2/find_user', {})).toBe(401);
    const unknown = await fetch(`${url}/api/v2/find_user`, { headers: { apikey: 'unknown-key' } });
    expect(unknown.status).toBe(404);
    expect(await unknown.text()).not.toContain('unknown-key');
    expect(await statusOf('/api/v2/users/1', { apikey: 'unknown-key' })).toBe(401);
    expect(await statusOf('/api/v2/users/x', {})).toBe(404);
    expect(await statusOf('/api/v2/users/2147483648', {})).toBe(404);
    const anonymous = { apikey: '0000000000' };
    expect(await statusOf('/api/v2/find_user', anonymous)).toBe(200);
    expect(await statusOf('/api/v2/find_user', { ...anonymous, 'x-forwarded-for': '1.2.3.4' })).toBe(404);
  });

  it('stores no key, gives the owner theirs once, and ends it with a new one', async () => {
    expect(ownerKey).toMatch(/^[\w-]{22}$/);
    expect((await users.ensureOwner()).apiKey).toBeUndefined();
    const next = await users.issueKey(1);
    expect(await users.authenticate(ownerKey, { isLocal: true })).toBeUndefined();
    expect(await users.authenticate(next, { isLocal: false })).toMatchObject({ id: 1, alias: 'Owner#1' });
    expect(JSON.stringify(await db.read.selectFrom('users').selectAll().execute())).not.toContain(next);
    await expect(users.issueKey(0)).rejects.toThrow('anonymous');
  });

  it('lists models, with names encoded twice', async () => {
    const { url } = await start();
    const model = { name: 'a/b', count: 2, performance: 10, queued: 100, jobs: 1, eta: 5, type: 'image' };
    expect(await (await fetch(`${url}/api/v2/status/models`)).json()).toEqual([model]);
    expect(await (await fetch(`${url}/api/v2/status/models?min_count=3`)).json()).toEqual([]);
    expect(await (await fetch(`${url}/api/v2/status/models/a%252Fb`)).json()).toEqual([model]);
    expect((await fetch(`${url}/api/v2/status/models?model_state=odd`)).status).toBe(400);
    const modes = await fetch(`${url}/api/v2/status/modes`);
    expect(await modes.json()).toEqual({ maintenance_mode: false, invite_only_mode: false });
  });
});
