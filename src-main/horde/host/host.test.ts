import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { createTaskRunner } from '#main/horde/tasks/index.ts';
import { hordeFolder } from '../testing/open-horde.ts';
import { type AppFastify, createFastify } from '#main/server/fastify-base.ts';
import { defaultHordeSettings } from '#shared/horde/host/schema.ts';
import { hostRoutes } from './index.ts';

type Opened = Awaited<ReturnType<ReturnType<typeof hordeFolder>['open']>>;

const folder = hordeFolder();
let horde: Opened;
let server: AppFastify;

beforeEach(async () => {
  horde = await folder.open();
  const task = { name: 'sweep', everyMs: 5_000, run: () => Promise.resolve({ expired: 2 }) };
  const tasks = createTaskRunner({ tasks: [task], clock: () => 1000, onFailure: () => undefined });
  await tasks.runAll();
  server = createFastify({ log: pino({ level: 'silent' }), unknownKeys: 'refuse' });
  const { settings, accounts } = horde.features;
  hostRoutes({
    settings,
    tasks,
    users: horde.users,
    accounts: accounts.accounts,
    registration: accounts.registration,
    checkLedger: async () => {
      const { ok, problems } = await checkLedger(horde.db);
      return { ok, problems: [...problems] };
    },
  })(server);
});

afterEach(async () => {
  await server.close();
  await folder.closeAll();
});

const call = async (method: 'GET' | 'PATCH' | 'POST', path: string, payload?: object) => {
  const answer = await server.inject({ method, url: `/app/horde${path}`, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json() };
};

describe("the host's own side", () => {
  it('shows the settings and changes them', async () => {
    expect((await call('GET', '/settings')).body).toEqual(defaultHordeSettings);
    const change = { registration: 'invite', webhook_targets: ['hooks.example:443'] };
    expect((await call('PATCH', '/settings', change)).body).toEqual({ ...defaultHordeSettings, ...change });
    expect((await call('GET', '/settings')).body).toMatchObject(change);
  });

  it.each([
    { registration: 'sometimes' },
    { webhook_targets: ['hooks.example'] },
    { worker_cap: 0 },
    { unknown: true },
  ])('refuses %j', async (change) => {
    expect((await call('PATCH', '/settings', change)).status).toBe(400);
    expect((await call('GET', '/settings')).body).toEqual(defaultHordeSettings);
  });

  it('shows what the background tasks did', async () => {
    expect((await call('GET', '/tasks')).body).toEqual([
      expect.objectContaining({ name: 'sweep', runs: 1, last_run: 1000, last_effect: { expired: 2 } }),
    ]);
  });

  it('proves the books right, and tells of a balance that is not', async () => {
    expect((await call('GET', '/ledger')).body).toEqual({ ok: true, problems: [] });
    await horde.db.write(function* () {
      yield horde.db.query
        .updateTable('kudos_account')
        .set({ balance: 7 })
        .where('user_id', '=', 1)
        .compile();
    });
    const wrong = await call('GET', '/ledger');
    expect(wrong.body).toMatchObject({ ok: false });
    expect(wrong.body.problems.join()).toContain('says 7');
  });

  it('makes accounts, whose key opens the API, and gives them new ones', async () => {
    const preset = { roles: ['trusted'], worker_invited: 2, kudos: 500 };
    const made = await call('POST', '/accounts', { username: 'ada', preset });
    expect([made.status, made.body]).toEqual([
      201,
      { id: expect.any(Number), alias: `ada#${made.body.id}`, api_key: expect.any(String) },
    ]);
    const seen = await horde.call('GET', '/find_user', undefined, { key: made.body.api_key });
    expect(seen.body).toMatchObject({ username: made.body.alias, trusted: true, worker_invited: 2 });

    const renewed = await call('POST', `/accounts/${made.body.id}/key`);
    expect(renewed.status).toBe(200);
    const old = await horde.call('GET', '/find_user', undefined, { key: made.body.api_key });
    const fresh = await horde.call('GET', '/find_user', undefined, { key: renewed.body.api_key });
    expect([old.status, fresh.status]).toEqual([404, 200]);
  });

  it('knows no key for an account that there is not', async () => {
    const refused = await call('POST', '/accounts/4711/key');
    expect([refused.status, refused.body.rc]).toEqual([404, 'UserNotFound']);
  });
});
