import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anonymousKey, openAccounts, someTime, type TestAccounts } from '../testing/open-accounts.ts';
import { chargeSharedKey } from '#main/horde/kudos/index.ts';
import type { SharedKeyInput } from '#shared/horde/sharedkeys/schema.ts';

let horde: TestAccounts;
let one: Awaited<ReturnType<TestAccounts['addUser']>>;
let other: typeof one;

beforeAll(async () => {
  horde = await openAccounts();
});
afterAll(() => horde.close());
beforeEach(async () => {
  one = await horde.addUser(['trusted']);
  other = await horde.addUser();
});

const make = (input: object = {}, as: string | undefined = one.key) =>
  horde.call('PUT', '/sharedkeys', as, input);
const made = async (input: SharedKeyInput = {}, as?: string): Promise<string> =>
  (await make(input, as)).body.id;
const read = (id: string) => horde.call('GET', `/sharedkeys/${id}`, undefined);
const patch = (id: string, input: object, as: string | undefined = one.key) =>
  horde.call('PATCH', `/sharedkeys/${id}`, as, input);

describe('PUT /sharedkeys', () => {
  it('makes a key with defaults', async () => {
    const { status, body } = await make();
    expect([status, body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
        username: one.user.alias,
        kudos: 5000,
        utilized: 0,
        max_image_pixels: -1,
        max_image_steps: -1,
        max_text_tokens: -1,
      },
    ]);
    expect((await read(body.id)).body).toEqual(body);
  });

  it('makes a key with everything', async () => {
    const input = {
      kudos: -1,
      expiry: 1,
      name: ' my  class ',
      max_image_pixels: 4_194_304,
      max_image_steps: 500,
      max_text_tokens: 0,
    };
    expect((await make(input)).body).toMatchObject({
      ...input,
      name: 'my  class',
      expiry: 'Sat, 16 Jan 2027 08:00:00 -0000',
    });
    expect(new Date(someTime).toISOString()).toBe('2027-01-15T08:00:00.000Z');
  });

  it.each([
    [{ kudos: -2 }, 'kudos'],
    [{ kudos: 50_000_001 }, 'kudos'],
    [{ kudos: 1.5 }, 'kudos'],
    [{ expiry: 0 }, 'expiry'],
    [{ expiry: -2 }, 'expiry'],
    [{ name: 'ab' }, 'name'],
    [{ name: '\u0007\u0007\u0007' }, 'name'],
    [{ name: 'x'.repeat(256) }, 'name'],
    [{ max_image_pixels: 4_194_305 }, 'max_image_pixels'],
    [{ max_image_steps: 501 }, 'max_image_steps'],
    [{ max_text_tokens: 501 }, 'max_text_tokens'],
    [{ name: null }, 'name'],
  ])('refuses %j', async (input, path) => {
    const { status, body } = await make(input);
    expect([status, Object.keys(body.errors)]).toEqual([400, [path]]);
    expect((await patch(await made(), input)).status).toBe(400);
  });

  it('has a quota', async () => {
    for (let n = 0; n < 10; n += 1) expect((await make()).status).toBe(200);
    const over = await make();
    expect([over.status, over.body.rc]).toEqual([403, 'Forbidden']);
    for (let n = 0; n < 3; n += 1) expect((await make({}, other.key)).status).toBe(200);
    expect((await make({}, other.key)).body.rc).toBe('Forbidden');
    await horde.call('PUT', `/users/${other.id}`, horde.ownerKey, { education: true });
    expect((await make({}, other.key)).status).toBe(200);
  });

  it('is for accounts that may', async () => {
    const flagged = await horde.addUser([], { is_flagged: 1 });
    expect((await make({}, anonymousKey)).body.rc).toBe('AnonForbidden');
    expect((await make({}, flagged.key)).body.rc).toBe('Forbidden');
    expect((await make({}, 'unknown')).body.rc).toBe('InvalidAPIKey');
    const none = await horde.call('PUT', '/sharedkeys', undefined, {});
    expect([none.status, Object.keys(none.body.errors)]).toEqual([400, ['apikey']]);
  });
});

describe('GET, PATCH and DELETE /sharedkeys/{sharedkey_id}', () => {
  it('shows a key to whoever knows its id, and lets no cache keep it', async () => {
    const answer = await read(await made());
    expect(answer.headers['cache-control']).toBe('no-store');
    for (const id of [randomUUID(), 'no-uuid', one.key]) {
      expect(await read(id)).toMatchObject({ status: 401, body: { rc: 'InvalidAPIKey' } });
    }
  });

  it('changes what is sent and nothing else', async () => {
    const { body: before } = await make({ expiry: 3, name: 'before', max_text_tokens: 80 });
    expect((await patch(before.id, { kudos: 7 })).body).toEqual({ ...before, kudos: 7 });
    const { expiry: _gone, ...lasting } = before;
    expect((await patch(before.id, { expiry: -1 })).body).toEqual({ ...lasting, kudos: 7 });
    horde.around.now += 1000;
    const { body } = await patch(before.id, { expiry: 1, name: 'after' });
    expect(body).toEqual({ ...lasting, kudos: 7, name: 'after', expiry: 'Sat, 16 Jan 2027 08:00:01 -0000' });
    horde.around.now -= 1000;
  });

  it.each([
    ['nothing', 'one', {}, 400, 'NoSharedKeyModSelected'],
    ['unknown fields', 'one', { owner: 1 }, 400, 'NoSharedKeyModSelected'],
    ["another's", 'other', { kudos: 1 }, 403, 'Forbidden'],
    ["another's as admin", 'admin', { kudos: 1 }, 403, 'Forbidden'],
    ['with an unknown key', 'unknown', { kudos: 1 }, 401, 'InvalidAPIKey'],
  ] as const)('refuses to change %s', async (_name, who, input, status, rc) => {
    const id = await made();
    const keys = { one: one.key, other: other.key, admin: horde.ownerKey, unknown: 'unknown' };
    const answer = await patch(id, input, keys[who]);
    expect([answer.status, answer.body.rc]).toEqual([status, rc]);
    const gone = await patch(randomUUID(), input, keys[who]);
    expect([gone.status, gone.body.rc]).toEqual([401, 'InvalidAPIKey']);
  });

  it('ends a key for its owner or an admin, takes it out of styles and cancels what waits', async () => {
    const remove = async (id: string, as: string) =>
      (await horde.call('DELETE', `/sharedkeys/${id}`, as)).body;
    const id = await made();
    expect(await remove(id, other.key)).toMatchObject({ rc: 'Forbidden' });
    expect(await remove(randomUUID(), one.key)).toMatchObject({ rc: 'InvalidAPIKey' });
    expect(await remove(id, one.key)).toEqual({ message: 'OK' });
    expect((await read(id)).status).toBe(401);
    expect(horde.around.cancelled).toContainEqual({ sharedKeyId: id });
    expect(horde.around.detached).toContain(id);
    const second = await made();
    expect(await remove(second, horde.ownerKey)).toEqual({ message: 'OK' });
    const log = await horde.audits();
    expect(log).toContainEqual({ actor_id: 1, action: 'sharedkey.delete', user: one.id });
    expect(JSON.stringify(log)).not.toContain(second);
  });
});

describe('the allowance of a shared key', () => {
  const budget = (id: string, cents: number, mayDowngrade = false) =>
    horde.db.write(() => horde.sharedKeys.checkBudget(horde.db.query, { id, cents, mayDowngrade }));
  const charge = (id: string, cents: number) =>
    horde.db.write(() => chargeSharedKey(horde.db.query, id, cents));

  it('admits what it pays for', async () => {
    const id = await made({ kudos: 10 });
    expect(await budget(id, 1000)).toBe('within');
    await expect(budget(id, 1001)).rejects.toMatchObject({ status: 403, rc: 'SharedKeyInsufficientKudos' });
    expect(await budget(id, 1001, true)).toBe('downgraded');
    await expect(budget(randomUUID(), 1)).rejects.toMatchObject({ rc: 'InvalidAPIKey' });
    expect(await budget(await made({ kudos: -1 }), 1e12)).toBe('within');
  });

  it('falls with what was charged, and shows whole kudos', async () => {
    const id = await made({ kudos: 10 });
    await charge(id, 250);
    expect((await read(id)).body).toMatchObject({ kudos: 7, utilized: 2 });
    await charge(id, 9000);
    expect((await read(id)).body).toMatchObject({ kudos: 0, utilized: 92 });
    const free = await made({ kudos: -1 });
    await charge(free, 12_345);
    expect((await read(free)).body).toMatchObject({ kudos: -1, utilized: 123 });
  });

  it('grows with gifts, which its owner receives', async () => {
    const id = await made({ kudos: 0 });
    await horde.call('PUT', `/users/${other.id}`, horde.ownerKey, { kudos: 100 });
    const gift = await horde.call('POST', '/kudos/transfer', other.key, { username: id, amount: 40 });
    expect(gift.body).toEqual({ transferred: 40 });
    expect((await read(id)).body).toMatchObject({ kudos: 40 });
    expect((await horde.call('GET', '/find_user', one.key)).body).toMatchObject({ kudos: 54 });
  });
});
