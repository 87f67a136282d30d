import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { run } from '#main/db/work.ts';
import { plainPreset } from '#shared/horde/users/invites.ts';
import { dayMs } from '../testing/open-accounts.ts';
import type { Browser } from './testing/open-browser.ts';
import { clientSecret } from './testing/open-provider.ts';
import { openSignIn, type TestSignIn } from './testing/open-sign-in.ts';

let horde: TestSignIn;
let browser: Browser;

beforeAll(async () => {
  horde = await openSignIn();
});
afterAll(() => horde.close());
beforeEach(async () => {
  const { around } = horde;
  Object.assign(around, { now: Date.now(), mode: 'open', isRaided: false, terms: undefined });
  around.timeouts.clear();
  around.profane.clear();
  // No account counts towards the limits of the hour.
  await horde.accounts.sweep(around.now + dayMs);
  await horde.put('one');
  await horde.put('two');
  browser = horde.browser();
});

let drawn = 0;
/** Somebody whom no test before has seen. */
const newcomer = () => `newcomer-${(drawn += 1)}`;
const join = (of: Browser, ticket: string, fields: Record<string, string> = {}, provider = 'one') =>
  of.open(`/signin/${provider}/account`, { ticket, username: 'ada', ...fields });
const accountOf = async (key: string) => (await horde.call('GET', '/find_user', key)).body;
const joined = async (account = newcomer(), fields: Record<string, string> = {}) => {
  const page = await join(browser, (await browser.signIn('one', account)).ticket, fields);
  return { account, key: page.key, page, user: await accountOf(page.key) };
};
const countUsers = async () => (await horde.db.read.selectFrom('users').select('id').execute()).length;

describe('signing in (T-OID-01)', () => {
  it('makes an account of the registered kind and shows its key once', async () => {
    const account = newcomer();
    const first = await browser.signIn('one', account);
    expect([first.status, first.key]).toEqual([200, '']);
    expect(first.headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
    const made = await join(browser, first.ticket, { username: 'ada' });
    const user = await accountOf(made.key);
    expect(made.text).toContain(`<strong>ada#${user.id}</strong>`);
    expect(user).toMatchObject({ pseudonymous: false, kudos: 25, trusted: false });
    const again = await browser.signIn('one', account);
    expect(again.text).toContain(`signed in as <strong>ada#${user.id}</strong>`);
    expect(again.text).not.toContain(made.key);
  });

  it('changes no key by itself, and gives a new one where it is asked to (ACC-14)', async () => {
    const { account, key, user } = await joined();
    const page = await browser.signIn('one', account);
    expect(await accountOf(key)).toMatchObject({ id: user.id });
    horde.around.mode = 'closed';
    const renewed = await join(browser, page.ticket);
    expect(await accountOf(renewed.key)).toMatchObject({ id: user.id, username: user.username, kudos: 25 });
    expect((await horde.call('GET', '/find_user', key)).status).toBe(404);
  });

  it('asks the provider for what OID-02 says, and ties it to the browser', async () => {
    const page = await browser.open('/signin/one');
    const url = new URL(String(page.headers['location']));
    const query = Object.fromEntries(url.searchParams);
    expect(query).toMatchObject({
      response_type: 'code',
      client_id: 'yurt',
      scope: 'openid',
      redirect_uri: 'http://localhost/signin/one/callback',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^\w{64}$/),
    });
    expect(page.headers['set-cookie']).toMatch(
      /^yurt_signin_[\w-]{22}=[\w-]{22}; Path=\/signin; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    const other = new URL(await browser.begin('one')).searchParams;
    for (const name of ['state', 'nonce', 'code_challenge']) expect(other.get(name)).not.toBe(query[name]);
  });

  it('is offered on the register page, and only where it works', async () => {
    await horde.put('two', { enabled: false, name: 'Two' });
    await horde.put('one', { name: 'A <b>bold</b> name' });
    const { text } = await browser.open('/register');
    expect(text).toContain('<a href="/signin/one">A &#60;b&#62;bold');
    expect(text).not.toContain('/signin/two');
    expect((await browser.open('/signin/two')).status).toBe(400);
  });

  it('of two at the same time ends each at its own page (T-OID-04)', async () => {
    const [ada, bob] = [newcomer(), newcomer()];
    const other = horde.browser();
    const [atOne, atTwo, ofOther] = await Promise.all([
      browser.begin('one'),
      browser.begin('two'),
      other.begin('one'),
    ]);
    const [back1, back2, back3] = await Promise.all([
      browser.visit(atOne, ada),
      browser.visit(atTwo, ada),
      other.visit(ofOther, bob),
    ]);
    const [page3, page2, page1] = await Promise.all([
      other.open(back3),
      browser.open(back2),
      browser.open(back1),
    ]);
    expect(page1.text).toContain('action="/signin/one/account"');
    expect(page2.text).toContain('action="/signin/two/account"');
    const keys = [
      (await join(browser, page1.ticket, { username: 'ada at one' })).key,
      (await join(browser, page2.ticket, { username: 'ada at two' }, 'two')).key,
      (await join(other, page3.ticket, { username: 'bob at one' })).key,
    ];
    const users = await Promise.all(keys.map(accountOf));
    expect(users.map((user) => user.username.split('#')[0])).toEqual([
      'ada at one',
      'ada at two',
      'bob at one',
    ]);
    expect((await browser.signIn('one', ada)).text).toContain('ada at one');
    expect((await other.signIn('one', bob)).text).toContain('bob at one');
  });

  it('leaves no address, name, token or secret in the database (T-OID-05)', async () => {
    await horde.put('one', {
      scopes: ['openid', 'email', 'groups'],
      allow: { email_domains: ['private.example'], groups: [], subjects: [] },
      role_map: [{ group: 'a group of friends', role: 'customizer' }],
    });
    const account = newcomer();
    horde.one.people.set(account, {
      email: `${account}@private.example`,
      email_verified: true,
      groups: ['a group of friends'],
    });
    const seen: string[] = [];
    horde.one.state.tamper = (path, body) => {
      if (path === '/token') seen.push(...[body['id_token'], body['access_token']].map(String));
      return undefined;
    };
    const { key } = await joined(account, { username: 'a member' });
    horde.one.state.tamper = undefined;
    expect(await accountOf(key)).toMatchObject({ customizer: true });
    const dump = await horde.dump();
    expect(seen).toHaveLength(2);
    for (const secret of [...seen, account, key, clientSecret, ...browser.seeds()]) {
      expect(dump).not.toContain(secret);
    }
    expect(dump).not.toMatch(/@private\.example/);
    expect([...horde.kept.values()]).toEqual([clientSecret, clientSecret]);
  });

  it('of a wiped identity makes a new account (T-OID-07)', async () => {
    const { account, user, key } = await joined();
    expect((await horde.call('DELETE', `/users/${user.id}`, key)).status).toBe(200);
    const page = await browser.signIn('one', account);
    expect((await join(browser, page.ticket)).alert).toContain('being deleted');
    horde.around.now += 31 * dayMs;
    expect((await horde.call('DELETE', `/users/${user.id}`, horde.ownerKey)).status).toBe(200);
    horde.around.now = Date.now();
    const again = await joined(account);
    expect(again.user.id).toBeGreaterThan(user.id);
  });
});

describe('who is let in', () => {
  it.each([
    ['open', false, 200],
    ['open', true, 200],
    ['closed', false, 403],
  ] as const)('where registration is %s, in a raid: %s → %i', async (mode, isRaided, status) => {
    Object.assign(horde.around, { mode, isRaided });
    const before = await countUsers();
    const { page } = await joined();
    expect([page.status, await countUsers()]).toEqual([status, status === 200 ? before + 1 : before]);
  });

  it('needs an invite where the horde does, and keeps what was typed', async () => {
    horde.around.mode = 'invite';
    const { ticket } = await browser.signIn('one', newcomer());
    const refused = await join(browser, ticket, { username: 'eager', invite: 'a wrong code of a link' });
    expect([refused.status, refused.text.includes('value="eager"')]).toEqual([403, true]);
    const { code } = await horde.registration.invite(horde.owner, { preset: plainPreset });
    expect((await join(browser, refused.ticket, { invite: code })).key).toMatch(/./);
  });

  it.each([
    ['a profane name', { username: 'rude word' }, 400],
    ['no name', { username: '' }, 400],
    ['terms that were not accepted', { username: 'ada' }, 400],
    ['other terms', { username: 'ada', terms: '1' }, 400],
  ])('refuses %s and makes nothing', async (name, fields, status) => {
    horde.around.profane.add('rude');
    if (name.includes('terms')) horde.around.terms = '2';
    const before = await countUsers();
    expect((await joined(newcomer(), fields)).page.status).toBe(status);
    expect(await countUsers()).toBe(before);
  });

  it('notes the terms that were accepted', async () => {
    horde.around.terms = '2';
    const { user } = await joined(newcomer(), { terms: '2' });
    expect((await horde.users.byId(user.id))?.termsVersion).toBe('2');
  });

  it('refuses an address in timeout', async () => {
    horde.around.timeouts.add('127.0.0.1');
    expect((await joined()).page.status).toBe(403);
  });

  it.each([
    ['of the domain', { email: 'a@friends.example', email_verified: true }, 200],
    ['whose address nobody verified', { email: 'a@friends.example', email_verified: false }, 403],
    ['of another domain', { email: 'a@evil.example', email_verified: true }, 403],
    ['of a group', { groups: ['crew'] }, 200],
    ['of another group', { groups: ['crews'] }, 403],
    ['of nothing', {}, 403],
  ])('follows the rules: somebody %s', async (_name, person, status) => {
    await horde.put('one', {
      scopes: ['openid', 'email', 'groups'],
      allow: { email_domains: ['friends.example'], groups: ['crew'], subjects: [] },
    });
    const account = newcomer();
    horde.one.people.set(account, person);
    const page = await browser.signIn('one', account);
    expect([page.status, page.ticket !== '']).toEqual([status, status === 200]);
  });

  it('lets no stranger in where first logins are denied, and known people still', async () => {
    const { account } = await joined();
    await horde.put('one', { on_first_login: 'deny' });
    expect((await browser.signIn('one', account)).text).toContain('Give me a new key');
    const before = await countUsers();
    const page = await browser.signIn('one', newcomer());
    expect(page.text).not.toContain('name="username"');
    expect((await join(browser, page.ticket)).status).toBe(403);
    expect(await countUsers()).toBe(before);
  });
});

describe('roles by group (T-OID-06)', () => {
  const roleMap = [
    { group: 'artists', role: 'customizer' as const },
    { group: 'friends', role: 'trusted' as const },
    { group: 'school', role: 'education' as const },
    { group: 'shop', role: 'service' as const },
  ];

  it('are given at the first and at every later sign-in, and not taken', async () => {
    await horde.put('one', { scopes: ['openid', 'groups'], role_map: roleMap });
    const account = newcomer();
    horde.one.people.set(account, { groups: ['artists', 'strangers'] });
    const { key } = await joined(account);
    expect(await accountOf(key)).toMatchObject({ customizer: true, trusted: false });
    horde.one.people.set(account, { groups: ['friends', 'school', 'shop'] });
    await browser.signIn('one', account);
    expect(await accountOf(key)).toMatchObject({
      customizer: true,
      trusted: true,
      education: true,
      service: true,
      moderator: false,
      concurrency: 200,
    });
    const lines = (await horde.audits()).filter(({ action }) => action === 'user.change');
    expect(lines.at(-1)).toMatchObject({ actor_id: 1, changes: { trusted: [false, true] } });
  });

  it.each(['moderator', 'admin', 'special'])('are never %s', async (role) => {
    const settings = { ...horde.settings('one'), role_map: [{ group: 'a', role }] };
    expect((await horde.host('PUT', '/providers/one', settings)).status).toBe(400);
    const role_map = JSON.stringify([{ group: 'a', role }]);
    await horde.db.write(() =>
      run(horde.db.query.updateTable('horde_signin_providers').set({ role_map }).where('id', '=', 'one')),
    );
    // A row that says so all the same opens nothing.
    expect((await browser.open('/signin/one')).status).toBe(400);
  });
});

describe('linking (OID-06)', () => {
  const link = (ticket: string, key: string, what = 'link') =>
    browser.open(`/signin/one/${what}`, { ticket, current_key: key });

  it('gives a pseudonymous account the identity, and unlinking takes it again', async () => {
    const { id, key } = await horde.addUser();
    await horde.call('PUT', `/users/${id}`, horde.ownerKey, { kudos: 100 });
    const account = newcomer();
    const linked = await link((await browser.signIn('one', account)).ticket, key);
    expect([linked.status, linked.text.includes('From now on you sign in to')]).toEqual([200, true]);
    expect(await accountOf(key)).toMatchObject({ id, pseudonymous: false, kudos: 125 });
    const page = await browser.signIn('one', account);
    expect(page.text).toContain('A key that is lost cannot be replaced');
    const unlinked = await link(page.ticket, key, 'unlink');
    expect(unlinked.status).toBe(200);
    expect(await accountOf(key)).toMatchObject({ id, pseudonymous: true, kudos: 114 });
    expect((await browser.signIn('one', account)).text).toContain('have no account here yet');
  });

  it('moves the floor with the kind, and nobody gains by going round', async () => {
    const { id, key } = await horde.addUser();
    const account = newcomer();
    const floor = async () => {
      const found = horde.db.read.selectFrom('kudos_account').select(['floor', 'balance']);
      return found.where('kind', '=', 'user').where('user_id', '=', id).executeTakeFirst();
    };
    for (let round = 0; round < 3; round += 1) {
      await link((await browser.signIn('one', account)).ticket, key);
      expect(await floor()).toEqual({ floor: 2500, balance: 2500 });
      await link((await browser.signIn('one', account)).ticket, key, 'unlink');
      expect(await floor()).toEqual({ floor: 1400, balance: 1400 });
    }
    expect(await checkLedger(horde.db)).toMatchObject({ ok: true });
  });

  it.each([
    ['a wrong key', async () => 'wrong', 401],
    ['the key of everybody', async () => '0000000000', 403],
    ["the owner's key", async () => horde.ownerKey, 400],
    ['the key of an account with an identity', async () => (await joined()).key, 400],
  ])('refuses %s', async (_name, keyOf, status) => {
    const key = await keyOf();
    const page = await link((await browser.signIn('one', newcomer())).ticket, key);
    expect([page.status, page.text.includes(key)]).toEqual([status, false]);
  });

  it('refuses an identity that has an account, and a key of another account', async () => {
    const { account, key } = await joined();
    const other = await horde.addUser();
    const taken = await link((await browser.signIn('one', account)).ticket, other.key);
    expect([taken.status, taken.alert]).toEqual([400, expect.stringContaining('already')]);
    const page = await link((await browser.signIn('one', account)).ticket, other.key, 'unlink');
    expect(page.status).toBe(400);
    expect(await accountOf(key)).toMatchObject({ pseudonymous: false });
    expect(await accountOf(other.key)).toMatchObject({ pseudonymous: true });
  });

  it('refuses an account that is being deleted', async () => {
    const { id, key } = await horde.addUser();
    await horde.call('DELETE', `/users/${id}`, key);
    expect((await link((await browser.signIn('one', newcomer())).ticket, key)).status).toBe(403);
  });
});

describe('a provider that cannot be reached (OID-08)', () => {
  const sentence = 'The provider cannot be reached at the moment';

  it('lets nobody in, says so, and leaves the keys alone', async () => {
    const { key } = await joined();
    const callback = await browser.visit(await browser.begin('one'), newcomer());
    horde.one.state.isAway = true;
    const page = await browser.open(callback);
    expect([page.status, page.alert, page.ticket]).toEqual([503, expect.stringContaining(sentence), '']);
    // What it said of itself is still known: a horde that starts now has to ask.
    await horde.put('one', { client_id: 'another' });
    const begun = await browser.open('/signin/one');
    expect([begun.status, begun.alert]).toEqual([503, expect.stringContaining(sentence)]);
    expect((await accountOf(key)).id).toBeGreaterThan(1);
    horde.one.state.isAway = false;
    await horde.put('one');
    expect((await browser.signIn('one', newcomer())).status).toBe(200);
  });

  it('stands in the own network and was not said to', async () => {
    const calls = horde.one.calls.length;
    await horde.put('one', { private_network: false });
    const page = await browser.open('/signin/one');
    expect([page.status, page.alert]).toEqual([503, expect.stringContaining(sentence)]);
    expect(horde.one.calls).toHaveLength(calls);
  });

  it('names another address than its own for its tokens', async () => {
    const { port } = new URL(horde.two.issuer);
    await horde.put('one', { client_id: 'yet another' });
    horde.one.state.tamper = (path, body) =>
      path.endsWith('/openid-configuration')
        ? { ...body, token_endpoint: `https://idp.test:${port}/token` }
        : undefined;
    await horde.put('one');
    const calls = horde.two.calls.length;
    const page = await browser.signIn('one', newcomer());
    horde.one.state.tamper = undefined;
    expect([page.status, horde.two.calls.length]).toEqual([503, calls]);
  });
});
