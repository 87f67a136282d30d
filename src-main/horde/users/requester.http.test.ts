import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { anonymousKey, openAccounts, type TestAccounts } from '../testing/open-accounts.ts';

let horde: TestAccounts;
let one: Awaited<ReturnType<TestAccounts['addUser']>>;
let service: typeof one;
let passkey: string;

beforeAll(async () => {
  horde = await openAccounts();
  one = await horde.addUser(['education']);
  service = await horde.addUser(['service']);
  const input = { generate_proxy_passkey: true };
  passkey = (await horde.call('PUT', `/users/${service.id}`, service.key, input)).body.proxy_passkey;
});
afterAll(() => horde.close());
beforeEach(() => horde.around.assigned.clear());

const ask = (headers: Record<string, string>, body: object = {}) =>
  horde.callWith('POST', '/ask', headers, body);
const verdict = async (headers: Record<string, string>, body: object = {}) => {
  const answer = await ask(headers, body);
  return answer.status === 200 ? answer.body.user : `${answer.status} ${answer.body.rc}`;
};
const share = async (input: object, owner = one): Promise<string> =>
  (await horde.call('PUT', '/sharedkeys', owner.key, input)).body.id;
const spend = (id: string) =>
  horde.db.write(() =>
    run(horde.db.query.updateTable('shared_keys').set({ allowance_cents: 0 }).where('id', '=', id)),
  );

describe('who asks for work', () => {
  it('is an account by its key, or Anonymous on this computer', async () => {
    expect((await ask({ apikey: one.key })).body).toEqual({
      user: one.id,
      ip: '127.0.0.1',
      isProxied: false,
    });
    expect(await verdict({ apikey: anonymousKey })).toBe(0);
    const elsewhere = { apikey: anonymousKey, 'x-forwarded-for': '8.8.8.8' };
    expect(await verdict(elsewhere)).toBe('401 InvalidAPIKey');
    expect(await verdict({ apikey: 'unknown' })).toBe('401 InvalidAPIKey');
    expect(await verdict({ apikey: randomUUID() })).toBe('401 InvalidAPIKey');
    const none = await ask({});
    expect([none.status, Object.keys(none.body.errors)]).toEqual([400, ['apikey']]);
  });

  it('is the owner of a shared key', async () => {
    const id = await share({});
    expect((await ask({ apikey: id })).body).toMatchObject({ user: one.id, sharedKeyId: id });
  });

  it('has accepted the terms, or is Anonymous', async () => {
    const owner = await horde.addUser();
    const shared = await share({}, owner);
    horde.around.terms = '2';
    for (const apikey of [owner.key, shared]) expect(await verdict({ apikey })).toBe('403 TermsNotAccepted');
    expect(await verdict({ apikey: anonymousKey })).toBe(0);
    await horde.accounts.acceptTerms(owner.user, '2');
    for (const apikey of [owner.key, shared]) expect(await verdict({ apikey })).toBe(owner.id);
    horde.around.terms = undefined;
  });

  it('may ask for others as a service account, with a label that gives nothing', async () => {
    const body = { proxied_account: 'ada@elsewhere' };
    expect(await verdict({ apikey: one.key }, body)).toBe('400 OnlyServiceAccountProxy');
    expect(await verdict({ apikey: await share({}) }, body)).toBe('400 OnlyServiceAccountProxy');
    expect((await ask({ apikey: service.key }, body)).body).toMatchObject({
      user: service.id,
      proxiedAccount: 'ada@elsewhere',
    });
  });

  it.each([
    ['the passkey', () => passkey, '10.1.2.3', '10.1.2.3', true],
    ['the passkey and IPv6', () => passkey, ' 2001:db8::1 ', '2001:db8::1', true],
    ['another passkey', () => 'AAAAAAAAAAAAAAAAAAAAAA', '10.1.2.3', '127.0.0.1', false],
    ['the key of the service account', () => service.key, '10.1.2.3', '127.0.0.1', false],
    ['nothing', () => '', '10.1.2.3', '127.0.0.1', false],
    ['the passkey and no address', () => passkey, 'elsewhere', '127.0.0.1', false],
    ['the passkey and two addresses', () => passkey, '10.1.2.3, 10.1.2.4', '127.0.0.1', false],
  ])('comes by proxy with %s: %s', async (_name, secret, address, ip, isProxied) => {
    const headers = { apikey: one.key, 'proxy-authorization': secret(), 'proxied-for': address };
    expect((await ask(headers)).body).toMatchObject({ user: one.id, ip, isProxied });
  });

  it('comes by no proxy that is flagged, deleted or no service any more', async () => {
    const headers = { apikey: one.key, 'proxy-authorization': passkey, 'proxied-for': '10.1.2.3' };
    const isProxied = async () => (await ask(headers)).body.isProxied;
    const set = (input: object) => horde.call('PUT', `/users/${service.id}`, horde.ownerKey, input);
    for (const [off, on] of [
      [{ flagged: true }, { flagged: false }],
      [{ service: false }, { service: true }],
    ] as const) {
      await set(off);
      expect(await isProxied()).toBe(false);
      await set(on);
      expect(await isProxied()).toBe(true);
    }
    await horde.call('DELETE', `/users/${service.id}`, service.key);
    expect(await isProxied()).toBe(false);
    await set({ undelete: true });
    expect(await isProxied()).toBe(true);
  });
});

describe('a shared key that is used', () => {
  it('and empty is refused, or asks as Anonymous where that is allowed', async () => {
    const id = await share({ kudos: 0 });
    expect(await verdict({ apikey: id })).toBe('403 SharedKeyEmpty');
    expect((await ask({ apikey: id }, { allow_downgrade: true })).body).toMatchObject({ user: 0 });
    const elsewhere = { apikey: id, 'x-forwarded-for': '8.8.8.8' };
    expect(await verdict(elsewhere, { allow_downgrade: true })).toBe('403 SharedKeyEmpty');
    const used = await share({ kudos: 5 });
    await spend(used);
    expect(await verdict({ apikey: used })).toBe('403 SharedKeyEmpty');
  });

  it('and over is refused', async () => {
    const owner = await horde.addUser();
    const id = await share({ expiry: 1 }, owner);
    const before = horde.around.now;
    horde.around.now += 86_400_000 - 1;
    expect(await verdict({ apikey: id })).toBe(owner.id);
    horde.around.now += 1;
    expect(await verdict({ apikey: id }, { allow_downgrade: true })).toBe('403 SharedKeyExpired');
    horde.around.now = before;
  });

  it('and held by a style works with that alone', async () => {
    const owner = await horde.addUser();
    const id = await share({}, owner);
    horde.around.assigned.add(id);
    expect(await verdict({ apikey: id })).toBe('403 SharedKeyAssignedStyles');
    const how = { mayDowngrade: false, isLocal: true, isStyled: true };
    expect(await horde.sharedKeys.open(id, how)).toMatchObject({ id, user: { id: owner.id } });
  });

  it('dies with its owner', async () => {
    const owner = await horde.addUser();
    const id = await share({}, owner);
    await horde.call('DELETE', `/users/${owner.id}`, owner.key);
    expect(await verdict({ apikey: id })).toBe('401 InvalidAPIKey');
    await expect(horde.sharedKeys.open(id, { mayDowngrade: true, isLocal: true })).rejects.toMatchObject({
      rc: 'InvalidAPIKey',
    });
  });

  it.each([
    ['PUT', '/users/1', { username: 'taken over' }],
    ['DELETE', '/users/1', undefined],
    ['PUT', '/sharedkeys', {}],
    ['POST', '/kudos/transfer', { username: '#1', amount: 1 }],
  ] as const)('opens no %s %s', async (method, path, body) => {
    const owner = await horde.addUser();
    const answer = await horde.call(method, path, await share({}, owner), body);
    expect([answer.status, answer.body.rc]).toEqual([401, 'InvalidAPIKey']);
  });
});
