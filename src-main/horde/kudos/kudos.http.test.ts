import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '#main/db/work.ts';
import { createUsersService, requireAnyUser } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { createHordeListener } from '#main/server/horde-listener.ts';
import { createKudosService, kudosRoutes, placeHold, releaseHold } from './index.ts';
import { openBench, someTime } from './testing/bench.ts';

const anonymousKey = '0000000000';
let horde: Awaited<ReturnType<typeof openHorde>>;
let ada: string;
let ben: string;

/** The listener of a horde with its accounts and these two operations. */
async function openHorde(rateLimits: 'on' | 'off' = 'off') {
  const bench = await openBench();
  const { db } = bench;
  const time = { now: someTime };
  const clock = () => time.now;
  const users = createUsersService({ db, clock, randomBytes, serverSecret: Buffer.alloc(32, 1) });
  const { apiKey: ownerKey = '' } = await users.ensureOwner();
  const kudos = createKudosService({ db, clock });
  const server = await createHordeListener({
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    rateLimits,
    features: async (api) => {
      const register = async (v2: AppFastify) =>
        kudosRoutes(v2, { kudos, caller: (request) => requireAnyUser(users, request) });
      await api.register(register, { prefix: '/api/v2' });
    },
  });
  return {
    ...bench,
    time,
    ownerKey,
    addUser: async (id: number, extraKudos: number) => {
      await bench.addUser({ id, extraCents: extraKudos * 100 });
      return users.issueKey(id);
    },
    post: async (url: string, payload: object, key: string, headers: Record<string, string> = {}) => {
      const answer = await server.inject({
        method: 'POST',
        url: `/api/v2${url}`,
        headers: { host: 'localhost', ...(key === '' ? {} : { apikey: key }), ...headers },
        payload,
      });
      // The tests read whatever an answer holds.
      const body: ReturnType<typeof JSON.parse> = answer.json();
      return { status: answer.statusCode, body, headers: answer.headers };
    },
    close: async () => {
      await server.close();
      await bench.closeSound();
    },
  };
}

beforeEach(async () => {
  horde = await openHorde();
  ada = await horde.addUser(2, 975);
  ben = await horde.addUser(3, 75);
});
afterEach(() => horde.close());

const transfer = (body: object, key = ada, headers: Record<string, string> = {}) =>
  horde.post('/kudos/transfer', body, key, headers);
const award = (body: object, key = horde.ownerKey) => horde.post('/kudos/award', body, key);
const kudosOf = async (id: number): Promise<number> => ((await horde.balances())[id] ?? Number.NaN) / 100;
const change = (id: number, columns: Record<string, number | null>) =>
  horde.db.write(() => run(horde.db.query.updateTable('users').set(columns).where('id', '=', id)));
const suspect = (userId: number) => horde.suspect(userId, 5);
const addSharedKey = async (ownerId: number, key: { allowance: number | null; expiry?: number }) => {
  const id = randomUUID();
  await horde.db.write(() =>
    run(
      horde.db.query.insertInto('shared_keys').values({
        id,
        user_id: ownerId,
        name: null,
        allowance_cents: key.allowance,
        utilized_cents: 0,
        expiry: key.expiry ?? null,
        max_image_pixels: -1,
        max_image_steps: -1,
        max_text_tokens: -1,
        created: someTime,
      }),
    ),
  );
  return id;
};
const allowanceOf = async (id: string) =>
  (await horde.db.read.selectFrom('shared_keys').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
    .allowance_cents;

describe('POST /kudos/transfer', () => {
  it('sends kudos to an alias, whatever its name says, or a bare id', async () => {
    expect(await transfer({ username: 'user3#3', amount: 40 })).toMatchObject({
      status: 200,
      body: { transferred: 40 },
    });
    expect(await transfer({ username: 'so#called#3', amount: 2 })).toMatchObject({ status: 200 });
    expect(await transfer({ username: '3', amount: 3 })).toMatchObject({ body: { transferred: 3 } });
    expect([await kudosOf(2), await kudosOf(3)]).toEqual([955, 145]);
    expect(await horde.statistics(2)).toEqual({ 'kudos:gifted': 4500 });
    expect(await horde.statistics(3)).toEqual({ 'kudos:received': 4500 });
  });

  it('sends 100 when no amount is named, and reads what forms send', async () => {
    expect((await transfer({ username: '3' })).body).toEqual({ transferred: 100 });
    expect((await transfer({ username: 3, amount: '7' })).body).toEqual({ transferred: 7 });
    expect(await kudosOf(2)).toBe(893);
  });

  it('counts gifts to education as donations', async () => {
    await change(3, { is_education: 1 });
    await transfer({ username: '3', amount: 40 });
    expect(await horde.statistics(2)).toEqual({ 'kudos:donated': 4000 });
    expect(await horde.statistics(3)).toEqual({ 'kudos:received': 4000 });
  });

  it('sends what can be spent: not the floor, not what is held', async () => {
    const hold = { requestId: 'r', userId: 2, cents: 50_000, now: someTime };
    await horde.db.write(() => placeHold(horde.db.query, hold));
    const tooMuch = await transfer({ username: '3', amount: 476 });
    expect(tooMuch).toMatchObject({ status: 400, body: { rc: 'KudosTransferNotEnough' } });
    expect(await transfer({ username: '3', amount: 475 })).toMatchObject({ status: 200 });
    await horde.db.write(() => releaseHold(horde.db.query, 'r', someTime));
    expect(await transfer({ username: '3', amount: 500 })).toMatchObject({ status: 200 });
    expect(await transfer({ username: '3', amount: 1 })).toMatchObject({ status: 400 });
  });

  it('raises the allowance of a shared key and gives the kudos to its owner', async () => {
    const limited = await addSharedKey(3, { allowance: 0 });
    const unlimited = await addSharedKey(3, { allowance: null });
    expect((await transfer({ username: limited, amount: 40 })).body).toEqual({ transferred: 40 });
    expect((await transfer({ username: unlimited, amount: 10 })).body).toEqual({ transferred: 10 });
    expect([await allowanceOf(limited), await allowanceOf(unlimited)]).toEqual([4000, null]);
    expect(await kudosOf(3)).toBe(150);
  });

  it('moves nothing again for the same Idempotency-Key', async () => {
    const again = { 'idempotency-key': 'k1' };
    const send = (body: object, key = ada) => transfer(body, key, again);
    const both = await Promise.all([
      send({ username: '3', amount: 9 }),
      send({ username: 'x#3', amount: 9 }),
    ]);
    expect(both.map((answer) => answer.body)).toEqual([{ transferred: 9 }, { transferred: 9 }]);
    expect(await kudosOf(2)).toBe(991);
    for (const other of [
      { username: '3', amount: 8 },
      { username: '1', amount: 9 },
    ]) {
      expect(await send(other)).toMatchObject({ status: 400, body: { rc: 'IdempotencyKeyConflict' } });
    }
    // The key is the sender's own: the same word of somebody else is another transfer.
    expect(await send({ username: '1', amount: 9 }, ben)).toMatchObject({ status: 200 });
    expect([await kudosOf(2), await kudosOf(3)]).toEqual([991, 100]);
  });

  it('closes the way back for a minute', async () => {
    await transfer({ username: '3', amount: 40 });
    const back = () => transfer({ username: '2', amount: 1 }, ben);
    expect(await back()).toMatchObject({ status: 400, body: { rc: 'TooFastKudosTransfers' } });
    expect(await transfer({ username: '3', amount: 1 })).toMatchObject({ status: 200 });
    horde.time.now += 60_000;
    expect(await back()).toMatchObject({ status: 200 });
  });

  it.each<[string, { body?: object; key?: () => string; given?: () => Promise<unknown> }]>([
    ['KudosTransferFromAnon', { key: () => anonymousKey }],
    ['InvalidTargetUsername', { body: { username: '99' } }],
    ['InvalidTargetUsername', { body: { username: 'nobody' } }],
    ['InvalidTargetUsername', { body: { username: `a#${2 ** 31}` } }],
    ['InvalidTargetUsername', { body: { username: randomUUID() } }],
    ['InvalidTargetUsername', { given: () => change(3, { wiped_at: 1 }) }],
    ['KudosTransferToAnon', { body: { username: '0' } }],
    ['KudosTransferToSelf', { body: { username: '2' } }],
    ['FaultWhenKudosSending', { given: () => suspect(2) }],
    ['SourceAccountFlagged', { given: () => change(2, { is_flagged: 1 }) }],
    ['SourceAccountFlagged', { given: () => change(2, { is_flagged: 1, is_trusted: 1 }) }],
    ['EducationCannotSendKudos', { given: () => change(2, { is_education: 1 }) }],
    ['FaultWhenKudosReceiving', { given: () => suspect(3) }],
    ['TargetAccountFlagged', { given: () => change(3, { is_flagged: 1 }) }],
    ['DeletedUser', { given: () => change(3, { deleted_at: 1 }) }],
    ['DeletedUser', { given: () => change(2, { deleted_at: 1 }) }],
    ['NegativeKudosTransfer', { body: { username: '3', amount: -1 } }],
    ['InvalidKudosTransferAmount', { body: { username: '3', amount: 0 } }],
    ['KudosTransferNotEnough', { body: { username: '3', amount: 976 } }],
    ['KudosTransferNotEnough', { body: { username: '3', amount: 9_007_199_254_740_992 } }],
  ])('refuses with %s and moves nothing (%#)', async (rc, { body, key, given }) => {
    await given?.();
    const before = await horde.eventKeys();
    const answer = await transfer(body ?? { username: '3', amount: 10 }, key?.() ?? ada);
    expect(answer).toMatchObject({ status: 400, body: { rc, message: expect.any(String) } });
    expect(await horde.eventKeys()).toEqual(before);
    await change(3, { wiped_at: null });
  });

  it('refuses a shared key that has expired, or is the own one', async () => {
    const expired = await addSharedKey(3, { allowance: 100, expiry: someTime });
    const own = await addSharedKey(2, { allowance: 100 });
    expect((await transfer({ username: expired })).body).toMatchObject({ rc: 'SharedKeyExpired' });
    expect((await transfer({ username: own })).body).toMatchObject({ rc: 'KudosTransferToSelf' });
  });

  it('tells the first of several reasons', async () => {
    await change(2, { is_flagged: 1, is_education: 1, deleted_at: 1 });
    await suspect(3);
    const refused = async (body: object) => (await transfer(body)).body.rc;
    expect(await refused({ username: '3', amount: -5 })).toBe('SourceAccountFlagged');
    await change(2, { is_flagged: 0 });
    expect(await refused({ username: '3', amount: -5 })).toBe('EducationCannotSendKudos');
    await change(2, { is_education: 0 });
    expect(await refused({ username: '3', amount: -5 })).toBe('FaultWhenKudosReceiving');
    expect(await refused({ username: '1', amount: -5 })).toBe('DeletedUser');
  });

  it('lets points of trusted accounts be', async () => {
    await suspect(2);
    await change(2, { is_trusted: 1 });
    expect(await transfer({ username: '3', amount: 1 })).toMatchObject({ status: 200 });
  });

  it.each([
    [{}, 'username'],
    [{ username: '' }, 'username'],
    [{ username: null }, 'username'],
    [{ username: ['3'] }, 'username'],
    [{ username: '3', amount: 1.5 }, 'amount'],
    [{ username: '3', amount: 'lots' }, 'amount'],
    [{ username: '3', amount: null }, 'amount'],
  ])('refuses the body %j', async (body, field) => {
    const answer = await transfer(body);
    expect(answer).toMatchObject({ status: 400, body: { errors: { [field]: expect.any(String) } } });
    expect(answer.body).not.toHaveProperty('rc');
  });

  it('refuses a missing or unknown API key, and an Idempotency-Key that is too long', async () => {
    expect(await transfer({ username: '3' }, '')).toMatchObject({ status: 400, body: { errors: {} } });
    expect(await transfer({ username: '3' }, 'nobody')).toMatchObject({
      status: 401,
      body: { rc: 'InvalidAPIKey' },
    });
    const long = { 'idempotency-key': 'x'.repeat(256) };
    expect(await transfer({ username: '3' }, ada, long)).toMatchObject({
      status: 400,
      body: { errors: { 'Idempotency-Key': expect.any(String) } },
    });
  });
});

describe('the rate limits of transfers', () => {
  const far = { 'x-forwarded-for': '198.51.100.7' };
  let limited: Awaited<ReturnType<typeof openHorde>>;
  let keys: string[];
  const send = (key = '') => limited.post('/kudos/transfer', { username: '1', amount: 1 }, key, far);

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: someTime });
    limited = await openHorde('on');
    keys = [await limited.addUser(2, 100), await limited.addUser(3, 100)];
  });
  afterEach(async () => {
    vi.useRealTimers();
    await limited.close();
  });

  it('are one a second for a key', async () => {
    const [first, second] = [await send(keys[0]), await send(keys[0])];
    expect([first.status, second.status, (await send(keys[1])).status]).toEqual([200, 429, 200]);
    expect(second.body).toEqual({ message: '1 per 1 second' });
  });

  it('are 90 an hour for a key', async () => {
    const statuses: number[] = [];
    let last: Awaited<ReturnType<typeof send>> | undefined;
    for (let at = 0; at < 91; at += 1) {
      vi.setSystemTime(someTime + at * 1001);
      last = await send(keys[0]);
      statuses.push(last.status);
    }
    expect(statuses).toEqual([...Array(90).fill(200), 429]);
    expect(last?.body).toEqual({ message: '90 per 1 hour' });
  });
});

describe('POST /kudos/award', () => {
  it("makes kudos out of nothing, by the owner's word, and writes it down", async () => {
    expect(await award({ username: 'user2#2', amount: 500 })).toMatchObject({
      status: 200,
      body: { awarded: 500 },
    });
    expect((await award({ username: '2' })).body).toEqual({ awarded: 100 });
    expect((await award({ username: '2', amount: -50 })).body).toEqual({ awarded: -50 });
    expect(await kudosOf(2)).toBe(1550);
    expect(await horde.statistics(2)).toEqual({ 'kudos:awarded': 55_000 });
    const lines = await horde.db.read.selectFrom('horde_audit').selectAll().orderBy('id').execute();
    expect(lines.map(({ actor_id: actor, action, detail }) => [actor, action, JSON.parse(detail)])).toEqual([
      [1, 'award', { user: 2, amount: 500 }],
      [1, 'award', { user: 2, amount: 100 }],
      [1, 'award', { user: 2, amount: -50 }],
    ]);
  });

  it.each<[number, string, { body?: object; key?: () => string; given?: () => Promise<unknown> }]>([
    [403, 'NotAllowedAwards', { key: () => ada }],
    [403, 'NotAllowedAwards', { key: () => ada, given: () => change(2, { is_moderator: 1 }) }],
    [403, 'NotAllowedAwards', { key: () => anonymousKey }],
    [403, 'DeletedUser', { key: () => ada, given: () => change(2, { deleted_at: 1 }) }],
    [401, 'InvalidAPIKey', { key: () => 'nobody' }],
    [400, 'InvalidAwardUsername', { body: { username: '99' } }],
    [400, 'InvalidAwardUsername', { body: { username: 'nobody' } }],
    [400, 'KudosAwardToAnon', { body: { username: '0' } }],
    [400, 'KudosValidationError', { given: () => change(2, { is_flagged: 1 }) }],
  ])('refuses with %i %s (%#)', async (status, rc, { body, key, given }) => {
    await given?.();
    const answer = await award(body ?? { username: '2' }, key?.() ?? horde.ownerKey);
    expect(answer).toMatchObject({ status, body: { rc, message: expect.any(String) } });
    expect(await kudosOf(2)).toBe(1000);
  });

  it.each([[{}], [{ username: '2', amount: 1e15 }], [{ username: '2', amount: 0.5 }]])(
    'refuses the body %j',
    async (body) => {
      expect(await award(body)).toMatchObject({ status: 400, body: { errors: expect.any(Object) } });
    },
  );
});
