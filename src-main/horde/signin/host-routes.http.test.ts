import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
beforeEach(() => {
  Object.assign(horde.around, { now: Date.now(), mode: 'closed', terms: undefined });
  horde.around.profane.clear();
  browser = horde.browser();
});

describe('the providers of a horde', () => {
  it('are none until the host sets one, and their secrets are never shown', async () => {
    expect((await horde.host('GET', '/providers')).body).toEqual([]);
    expect((await browser.open('/register')).text).not.toContain('/signin/');
    const { client_secret, ...shown } = horde.settings('one');
    const put = await horde.host('PUT', '/providers/one', { client_secret, ...shown });
    const stored = {
      ...shown,
      id: 'one',
      issuer: `${shown.issuer}/`,
      has_secret: true,
      callback_path: '/signin/one/callback',
    };
    expect([put.status, put.body]).toEqual([200, stored]);
    expect((await horde.host('GET', '/providers')).body).toEqual([stored]);
    expect(JSON.stringify([await horde.audits(), put.body])).not.toContain(clientSecret);
  });

  it('leave a line in the audit log when they change', async () => {
    const before = (await horde.audits()).length;
    await horde.put('two', { name: 'Second' });
    await horde.host('DELETE', '/providers/two');
    expect((await horde.audits()).slice(before)).toMatchObject([
      { actor_id: 1, action: 'signin.provider.put', id: 'two', name: 'Second' },
      { actor_id: 1, action: 'signin.provider.delete', id: 'two' },
    ]);
    expect((await horde.host('DELETE', '/providers/two')).status).toBe(404);
    expect((await browser.open('/signin/two')).status).toBe(400);
  });

  it('keep their secret until they get another, none, or are another client', async () => {
    const { client_secret: _, ...plain } = horde.settings('two');
    const hasSecret = async (change: object) =>
      (await horde.host('PUT', '/providers/two', { ...plain, ...change })).body.has_secret;
    expect(await hasSecret({})).toBe(false);
    expect(await hasSecret({ client_secret: 'one' })).toBe(true);
    expect(await hasSecret({ name: 'renamed' })).toBe(true);
    expect(await hasSecret({ client_id: 'other' })).toBe(false);
    expect(await hasSecret({ client_id: 'other', client_secret: 'two' })).toBe(true);
    expect(await hasSecret({ client_id: 'other', issuer: 'https://elsewhere.example' })).toBe(false);
    expect(await hasSecret({ client_secret: 'three' })).toBe(true);
    expect(await hasSecret({ client_secret: null })).toBe(false);
    await hasSecret({ client_secret: 'four' });
    await horde.host('DELETE', '/providers/two');
    expect([...horde.kept.keys()]).toEqual(['signin-client-secret:one']);
  });

  it.each([
    ['a plain address', { issuer: 'http://idp.example' }],
    ['no address', { issuer: 'idp.example' }],
    ['an address with a password', { issuer: 'https://a:b@idp.example' }],
    ['an address with a query', { issuer: 'https://idp.example/?a=b' }],
    ['another document', { issuer: 'https://idp.example/.well-known/oauth-authorization-server' }],
    ['scopes without openid', { scopes: ['email'] }],
    ['a scope with a blank', { scopes: ['openid email'] }],
    [
      'a rule for addresses without their scope',
      { allow: { email_domains: ['a.b'], groups: [], subjects: [] } },
    ],
    ['an unknown setting', { color: 'red' }],
    ['an unknown way', { on_first_login: 'maybe' }],
    ['an empty secret', { client_secret: '' }],
  ])('are refused with %s', async (_name, change) => {
    const { status } = await horde.host('PUT', '/providers/bad', { ...horde.settings('one'), ...change });
    expect(status).toBe(400);
    expect((await horde.host('GET', '/providers')).body).toHaveLength(1);
  });

  it.each(['Upper', 'a_b', 'a'.repeat(33), 'a:b', 'a%2Fb'])('are not called %s', async (id) => {
    expect((await horde.host('PUT', `/providers/${id}`, horde.settings('one'))).status).toBe(400);
  });

  it('may be given by the address of their discovery document', async () => {
    horde.around.mode = 'open';
    await horde.put('one', { issuer: `${horde.one.issuer}/.well-known/openid-configuration` });
    expect((await browser.signIn('one', 'by discovery')).status).toBe(200);
    expect((await horde.host('GET', '/providers')).body).toMatchObject([{ issuer: `${horde.one.issuer}/` }]);
  });

  it('are twenty at most', async () => {
    for (let n = 2; n <= 20; n += 1) await horde.host('PUT', `/providers/p${n}`, horde.settings('one'));
    expect((await horde.host('PUT', '/providers/p21', horde.settings('one'))).status).toBe(400);
    for (let n = 2; n <= 20; n += 1) await horde.host('DELETE', `/providers/p${n}`);
  });
});

describe('who waits to be let in', () => {
  beforeEach(async () => {
    await horde.put('one', { on_first_login: 'approval' });
    horde.one.state.tamper = undefined;
  });
  const ask = async (account: string, fields: Record<string, string> = {}) => {
    const { ticket } = await browser.signIn('one', account);
    return browser.open('/signin/one/account', { ticket, username: 'eve', ...fields });
  };
  const waiting = async () => (await horde.host('GET', '/requests')).body;

  it('gets an account when the host says so, even where nobody else is taken', async () => {
    horde.around.terms = '3';
    const asked = await ask('patient', { username: 'the patient', terms: '3' });
    expect([asked.status, asked.key, asked.text.includes('has been asked')]).toEqual([200, '', true]);
    expect(await waiting()).toEqual([
      { id: expect.any(Number), provider: 'one', username: 'the patient', created: horde.around.now },
    ]);
    const page = await browser.signIn('one', 'patient');
    expect(page.text).toContain('has to let you in');
    expect(page.text).not.toContain('name="username"');

    const [{ id }] = await waiting();
    const admitted = await horde.host('POST', `/requests/${id}/accept`);
    expect([admitted.status, admitted.body.alias]).toEqual([200, `the patient#${admitted.body.id}`]);
    expect(await waiting()).toEqual([]);
    const { ticket } = await browser.signIn('one', 'patient');
    const { key } = await browser.open('/signin/one/account', { ticket });
    expect((await horde.call('GET', '/find_user', key)).body).toMatchObject({
      id: admitted.body.id,
      pseudonymous: false,
      kudos: 25,
    });
    expect((await horde.users.byId(admitted.body.id))?.termsVersion).toBe('3');
    expect((await horde.audits()).map(({ action }) => action)).toContain('user.make');
  });

  it('waits once, and can be refused', async () => {
    await ask('twice');
    await ask('twice');
    const found = await waiting();
    expect(found).toHaveLength(1);
    expect((await horde.host('DELETE', `/requests/${found[0].id}`)).status).toBe(204);
    expect((await horde.host('DELETE', `/requests/${found[0].id}`)).status).toBe(404);
    expect((await horde.host('POST', `/requests/${found[0].id}/accept`)).status).toBe(404);
    expect((await horde.audits()).at(-1)).toMatchObject({ action: 'signin.refuse', actor_id: 1 });
    expect((await browser.signIn('one', 'twice')).text).toContain('Ask to be let in');
  });

  it.each([
    ['a profane name', { username: 'rude word' }],
    ['a short name', { username: 'a' }],
    ['terms that were not accepted', {}],
  ])('does not wait with %s', async (name, fields) => {
    horde.around.profane.add('rude');
    if (name.includes('terms')) horde.around.terms = '4';
    expect((await ask('careless', fields)).status).toBe(400);
    expect(await waiting()).toEqual([]);
  });

  it('waits no more once the identity belongs to an account, after a month, or without the provider', async () => {
    const { key } = await horde.addUser();
    await ask('linked');
    const { ticket } = await browser.signIn('one', 'linked');
    expect((await browser.open('/signin/one/link', { ticket, current_key: key })).status).toBe(200);
    expect(await waiting()).toEqual([]);
    await ask('slow');
    expect(await horde.signIn?.sweep(horde.around.now + 29 * dayMs)).toMatchObject({ requests: 0 });
    expect(await horde.signIn?.sweep(horde.around.now + 30 * dayMs)).toMatchObject({ requests: 1 });
    await ask('bereft');
    await horde.host('DELETE', '/providers/one');
    expect(await waiting()).toEqual([]);
  });

  it('leaves nothing behind that has expired', async () => {
    await browser.signIn('one', 'passing');
    const used = await horde.signIn?.sweep(horde.around.now + 10 * 60_000);
    expect(used?.used).toBeGreaterThan(0);
    expect(await horde.db.read.selectFrom('horde_signin_used').selectAll().execute()).toEqual([]);
  });
});
