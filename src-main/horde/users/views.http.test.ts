import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymousKey, openAccounts, someTime, type TestAccounts } from '../testing/open-accounts.ts';

let horde: TestAccounts;
let one: Awaited<ReturnType<TestAccounts['addUser']>>;
let other: typeof one;
let moderator: typeof one;

beforeAll(async () => {
  horde = await openAccounts();
  one = await horde.addUser();
  other = await horde.addUser();
  moderator = await horde.addUser(['trusted'], { is_moderator: 1 });
  await horde.call('PUT', `/users/${one.id}`, one.key, { contact: 'one@here.example' });
  const input = { admin_comment: 'a remark', monthly_kudos: 100 };
  await horde.call('PUT', `/users/${one.id}`, horde.ownerKey, input);
});
afterAll(() => horde.close());

const look = async (as: string | undefined, id = one.id) =>
  (await horde.call('GET', `/users/${id}`, as)).body;

const everybody = [
  'account_age',
  'concurrency',
  'contributions',
  'customizer',
  'deleted',
  'education',
  'flagged',
  'id',
  'kudos',
  'kudos_details',
  'moderator',
  'pseudonymous',
  'records',
  'service',
  'styles',
  'trusted',
  'usage',
  'username',
  'worker_count',
  'worker_invited',
];
const insiders = ['contact', 'special', 'vpn', 'worker_ids'];
const own = ['active_generations', 'sharedkey_ids'];
const staff = ['admin_comment', 'evaluating_kudos', 'monthly_kudos', 'suspicious'];

describe('who sees what of an account (accounts-and-safety.md 1.9)', () => {
  it.each([
    ['the public', () => undefined, everybody],
    ['another account', () => other.key, everybody],
    ['Anonymous', () => anonymousKey, everybody],
    ['the account itself', () => one.key, [...everybody, ...insiders, ...own]],
    ['a moderator', () => moderator.key, [...everybody, ...insiders, ...staff]],
    ['an admin', () => horde.ownerKey, [...everybody, ...insiders, ...staff]],
  ])('%s', async (_name, key, keys) => {
    expect(Object.keys(await look(key())).toSorted()).toEqual([...keys].toSorted());
  });

  it('never shows what was seen by staff to whoever comes next', async () => {
    await look(moderator.key);
    expect(Object.keys(await look(undefined)).toSorted()).toEqual(everybody);
  });

  it('shows private styles to insiders and workers to everybody where the account says so', async () => {
    const names = async (as: string | undefined) =>
      (await look(as)).styles.map(({ name }: { name: string }) => name);
    expect(await names(undefined)).toEqual(['public']);
    expect(await names(one.key)).toEqual(['public', 'private']);
    expect(await names(moderator.key)).toEqual(['public', 'private']);
    await horde.call('PUT', `/users/${one.id}`, one.key, { public_workers: true });
    expect(await look(undefined)).toMatchObject({ worker_ids: [] });
    await horde.call('PUT', `/users/${one.id}`, one.key, { public_workers: false });
  });

  it('shows moderators what comes every month, with the stipend of moderators', async () => {
    expect((await look(horde.ownerKey)).monthly_kudos).toEqual({
      amount: 100,
      last_received: 'Fri, 15 Jan 2027 08:00:00 -0000',
    });
    expect((await look(horde.ownerKey, moderator.id)).monthly_kudos).toEqual({ amount: 300_000 });
    expect(new Date(someTime).toISOString()).toBe('2027-01-15T08:00:00.000Z');
  });

  it('shows requests to their account alone, and to Anonymous none', async () => {
    expect((await look(one.key)).active_generations).toEqual({ image: ['an image'], text: ['a text'] });
    const { body } = await horde.call('GET', '/find_user', anonymousKey);
    expect(body).toMatchObject({
      username: 'Anonymous#0',
      active_generations: { image: [], text: [], alchemy: [] },
      sharedkey_ids: [],
      worker_ids: [],
    });
  });

  it('lets no cache keep what a key shows', async () => {
    const cacheOf = async (path: string, key?: string) =>
      (await horde.call('GET', path, key)).headers['cache-control'];
    expect(await cacheOf(`/users/${one.id}`, moderator.key)).toBe('no-store');
    expect(await cacheOf(`/users/${one.id}`)).toBeUndefined();
    expect(await cacheOf('/find_user', one.key)).toBe('no-store');
  });

  it('refuses an unknown key and knows no odd ids', async () => {
    expect((await horde.call('GET', `/users/${one.id}`, 'unknown')).body.rc).toBe('InvalidAPIKey');
    for (const id of ['x', '-1', '1.0', '2147483648', '9223372036854775808', '99999']) {
      const { status, body } = await horde.call('GET', `/users/${id}`, undefined);
      expect([id, status, body.rc]).toEqual([id, 404, 'UserNotFound']);
    }
  });
});

describe('GET /users', () => {
  it('has null or nothing where one account would be silent', async () => {
    const { body } = await horde.call('GET', '/users', undefined);
    const found = body.find(({ id }: { id: number }) => id === one.id);
    for (const key of [...insiders, 'admin_comment', 'evaluating_kudos', 'suspicious', 'sharedkey_ids']) {
      expect([key, found[key]]).toEqual([key, null]);
    }
    expect([found.active_generations, found.monthly_kudos]).toEqual([{}, {}]);
  });

  it('is sorted by kudos or age, by 25', async () => {
    const idsOf = async (query: string) =>
      (await horde.call('GET', `/users${query}`, undefined)).body.map(({ id }: { id: number }) => id);
    expect(await idsOf('?sort=age')).toEqual([0, 1, one.id, other.id, moderator.id]);
    expect((await idsOf(''))[0]).toBe(one.id);
    expect(await idsOf('?page=2')).toEqual([]);
    expect(await idsOf('?page=-3&sort=odd')).toEqual(await idsOf(''));
    expect(await idsOf('?page=10001')).toEqual([]);
  });
});

describe('GET /find_user', () => {
  it('shows the owner of a shared key as everybody sees them, and the key by its name', async () => {
    const named = await horde.call('PUT', '/sharedkeys', one.key, { name: 'my class' });
    const plain = await horde.call('PUT', '/sharedkeys', one.key, {});
    const find = async (key: string) => (await horde.call('GET', '/find_user', key)).body;
    const found = await find(named.body.id);
    expect(found.username).toBe(`${one.user.alias} (Shared Key: my class)`);
    expect(Object.keys(found).toSorted()).toEqual(everybody);
    expect((await find(plain.body.id)).username).toBe(`${one.user.alias} (Shared Key)`);
    const ids = new Set((await find(one.key)).sharedkey_ids);
    expect(ids).toEqual(new Set([named.body.id, plain.body.id]));
  });

  it('says nothing of a key that opens nothing', async () => {
    const key = randomUUID();
    const answer = await horde.call('GET', '/find_user', key);
    expect([answer.status, answer.body.rc]).toEqual([404, 'UserNotFound']);
    expect(JSON.stringify(answer)).not.toContain(key);
    expect((await horde.call('GET', '/find_user', undefined)).body.rc).toBe('InvalidAPIKey');
  });
});
