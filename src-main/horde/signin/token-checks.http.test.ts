import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser, Page } from './testing/open-browser.ts';
import { claimsIn, clientId, clientSecret, type Tamper } from './testing/open-provider.ts';
import { openSignIn, type TestSignIn } from './testing/open-sign-in.ts';

type Claims = Record<string, unknown>;

let horde: TestSignIn;
let browser: Browser;
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

beforeAll(async () => {
  horde = await openSignIn();
  horde.around.now = Date.now();
  await horde.put('one');
  await horde.put('two');
});
afterAll(() => horde.close());
beforeEach(() => {
  horde.around.now = Date.now();
  browser = horde.browser();
  horde.one.state.tamper = offering;
});

/** Offers every algorithm: what a provider says that it can do is no reason to let it do that. */
const offering: Tamper = (path, body) =>
  path.endsWith('/openid-configuration')
    ? { ...body, id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'] }
    : undefined;

/** Makes the provider answer with another ID token. */
function answerWith(token: (claims: Claims) => string | undefined): void {
  horde.one.state.tamper = (path, body) => {
    if (path !== '/token') return offering(path, body);
    const { id_token: real, ...rest } = body;
    const other = token(claimsIn(real));
    return other === undefined ? rest : { ...rest, id_token: other };
  };
}

const nowSeconds = () => Math.floor(Date.now() / 1000);
const changed = (change: Claims) => (claims: Claims) => horde.one.signed({ ...claims, ...change });
const without = (name: string) => (claims: Claims) => {
  const { [name]: _, ...rest } = claims;
  return horde.one.signed(rest);
};
const count = async () => (await horde.db.read.selectFrom('users').select('id').execute()).length;

/** One page for all that fails, which tells nobody why. */
const refused = { status: 400, alert: 'The sign-in did not work. Begin it anew.', ticket: '', tells: false };
const outcomeOf = ({ status, alert, ticket, text }: Page) => ({
  status,
  alert,
  ticket,
  tells: /nonce|signature|token|state|issuer/i.test(text),
});

describe('an ID token (T-OID-02)', () => {
  it.each<[string, (claims: Claims) => string]>([
    ['as it is, signed again', (claims) => horde.one.signed(claims)],
    ['of a clock that is 50 s behind', (claims) => changed({ exp: nowSeconds() - 50 })(claims)],
    ['of a clock that is 50 s ahead', (claims) => changed({ iat: nowSeconds() + 50 })(claims)],
    ['for several, us among them', changed({ aud: [clientId, 'others'], azp: clientId })],
  ])('is good: %s', async (_name, token) => {
    answerWith(token);
    const page = await browser.signIn('one', 'ada');
    expect([page.status, page.ticket]).toEqual([200, expect.stringMatching(/./)]);
  });

  it.each<[string, (claims: Claims) => string | undefined]>([
    ['signed by another key', (claims) => horde.one.signed(claims, {}, stranger)],
    ['signed by a key that is not listed', (claims) => horde.one.signed(claims, { kid: 'other' }, stranger)],
    [
      'changed after it was signed',
      (claims) => horde.one.signed(claims).replace(/\.[^.]+\./, `.${encoded({ ...claims, sub: 'eve' })}.`),
    ],
    ['signed by nobody', (claims) => horde.one.signed(claims, { alg: 'none' }, undefined)],
    ['that says it is not signed, and is', (claims) => horde.one.signed(claims, { alg: 'none' })],
    ["signed with the client's secret", (claims) => horde.one.signed(claims, { alg: 'HS256' }, clientSecret)],
    [
      'signed with the public key as a secret',
      (claims) => horde.one.signed(claims, { alg: 'HS256' }, horde.one.publicPem),
    ],
    ['with a signature of another kind than it says', (claims) => horde.one.signed(claims, { alg: 'PS256' })],
    ['of another issuer', changed({ iss: 'https://evil.example' })],
    ["of another issuer's spelling", (claims) => changed({ iss: `${String(claims['iss'])}/` })(claims)],
    ['without an issuer', without('iss')],
    ['for somebody else', changed({ aud: 'others' })],
    ['for nobody', without('aud')],
    ['for several, without saying who asked', changed({ aud: [clientId, 'others'] })],
    ['for several, asked for by another', changed({ aud: [clientId, 'others'], azp: 'others' })],
    ['that has expired', (claims) => changed({ exp: nowSeconds() - 70 })(claims)],
    ['that never expires', without('exp')],
    ['of the future', (claims) => changed({ iat: nowSeconds() + 70 })(claims)],
    ['of no time', without('iat')],
    ['of another sign-in', changed({ nonce: 'another' })],
    ['of no sign-in', without('nonce')],
    ['of nobody', without('sub')],
    ['that is missing', () => undefined],
    ['that is none', () => 'a.b.c'],
  ])('is refused: %s', async (_name, token) => {
    const before = await count();
    answerWith(token);
    expect(outcomeOf(await browser.signIn('one', 'ada'))).toEqual(refused);
    expect(await count()).toBe(before);
  });

  it('is refused with user info of somebody else', async () => {
    await horde.put('one', { scopes: ['openid', 'groups'], role_map: [{ group: 'a', role: 'trusted' }] });
    horde.one.state.tamper = (path, body) =>
      path === '/me' ? { ...body, sub: 'eve' } : offering(path, body);
    expect(outcomeOf(await browser.signIn('one', 'ada'))).toEqual(refused);
    await horde.put('one');
  });
});

const encoded = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('a callback (T-OID-03)', () => {
  /** Where the provider sent a browser that it has signed in. */
  const callbackOf = async (of: Browser = browser, provider = 'one') =>
    of.visit(await of.begin(provider), 'ada');
  const altered = (path: string, change: (query: URLSearchParams) => void): string => {
    const url = new URL(path, 'http://localhost');
    change(url.searchParams);
    return `${url.pathname}${url.search}`;
  };

  it('ends one sign-in, once', async () => {
    const callback = await callbackOf();
    expect((await browser.open(callback)).status).toBe(200);
    const tokens = horde.one.calls.filter((call) => call === 'POST /token').length;
    expect(outcomeOf(await browser.open(callback))).toEqual(refused);
    expect(horde.one.calls.filter((call) => call === 'POST /token')).toHaveLength(tokens);
  });

  it('does not come twice at the same time', async () => {
    const callback = await callbackOf();
    const pages = await Promise.all([browser.open(callback), browser.open(callback)]);
    expect(pages.filter((page) => page.status === 200)).toHaveLength(1);
  });

  it('belongs to the browser that began', async () => {
    const callback = await callbackOf();
    const other = horde.browser();
    expect(outcomeOf(await other.open(callback))).toEqual(refused);
    await other.begin('one');
    expect(outcomeOf(await other.open(callback))).toEqual(refused);
    expect((await browser.open(callback)).status).toBe(200);
  });

  it('belongs to the provider that was asked', async () => {
    const callback = await callbackOf();
    expect(outcomeOf(await browser.open(callback.replace('/one/', '/two/')))).toEqual(refused);
    expect(horde.two.calls.filter((call) => call === 'POST /token')).toEqual([]);
    // It was not even used up.
    expect((await browser.open(callback)).status).toBe(200);
  });

  it('comes within ten minutes', async () => {
    const callback = await callbackOf();
    horde.around.now += 10 * 60_000;
    expect(outcomeOf(await browser.open(callback))).toEqual(refused);
  });

  it.each<[string, (query: URLSearchParams) => void]>([
    ['without a state', (query) => query.delete('state')],
    ['with two states', (query) => query.append('state', query.get('state') ?? '')],
    ['with a made-up state', (query) => query.set('state', `${'a'.repeat(22)}.e30.00`)],
    [
      'with a state that was changed',
      (query) => query.set('state', (query.get('state') ?? '').replace(/\.[^.]+\./, '.e30.')),
    ],
    ['without a code', (query) => query.delete('code')],
    ['with a made-up code', (query) => query.set('code', 'made up')],
    ['of another issuer', (query) => query.set('iss', horde.two.issuer)],
    ['that does not name its issuer, which this provider always does', (query) => query.delete('iss')],
    ['that tells of an error', (query) => query.set('error', 'access_denied')],
  ])('is refused %s', async (_name, change) => {
    expect(outcomeOf(await browser.open(altered(await callbackOf(), change)))).toEqual(refused);
  });

  it("is refused with the code of somebody else's sign-in", async () => {
    const other = await callbackOf(horde.browser());
    const code = new URL(other, 'http://localhost').searchParams.get('code') ?? '';
    expect(
      outcomeOf(await browser.open(altered(await callbackOf(), (query) => query.set('code', code)))),
    ).toEqual(refused);
  });

  it.each([
    '/signin/three',
    '/signin/three/callback',
    '/signin/One',
    '/signin/one/callback',
    '/signin/..%2f',
  ])('and everything else that leads nowhere gives the same page: %s', async (path) => {
    expect(outcomeOf(await browser.open(path))).toEqual(refused);
  });
});

describe('a ticket', () => {
  const form = (ticket: string) => ({ ticket, username: 'somebody' });

  it('is taken once, in its own browser and at its own provider', async () => {
    const { ticket } = await browser.signIn('one', 'ticket holder');
    expect(outcomeOf(await horde.browser().open('/signin/one/account', form(ticket)))).toEqual(refused);
    expect(outcomeOf(await browser.open('/signin/two/account', form(ticket)))).toEqual(refused);
    expect((await browser.open('/signin/one/account', form(ticket))).key).toMatch(/./);
    expect(outcomeOf(await browser.open('/signin/one/account', form(ticket)))).toEqual(refused);
  });

  it('is no state, and a state is no ticket', async () => {
    const state = new URL(await browser.begin('one')).searchParams.get('state') ?? '';
    expect(outcomeOf(await browser.open('/signin/one/account', form(state)))).toEqual(refused);
    const { ticket } = await browser.signIn('one', 'ada');
    expect(outcomeOf(await browser.open(`/signin/one/callback?code=a&state=${ticket}`))).toEqual(refused);
    expect((await browser.open('/signin/one/account', form(ticket))).status).toBe(200);
  });

  it('ends with its ten minutes', async () => {
    const { ticket } = await browser.signIn('one', 'ada');
    horde.around.now += 10 * 60_000;
    expect(outcomeOf(await browser.open('/signin/one/account', form(ticket)))).toEqual(refused);
  });

  it('is not worth anything where it was changed', async () => {
    const { ticket } = await browser.signIn('one', 'ada');
    const [name = '', text = '', mark = ''] = ticket.split('.');
    const content = JSON.parse(Buffer.from(text, 'base64url').toString());
    const forged = encoded({ ...content, roles: ['trusted'] });
    expect(outcomeOf(await browser.open('/signin/one/account', form(`${name}.${forged}.${mark}`)))).toEqual(
      refused,
    );
  });
});
