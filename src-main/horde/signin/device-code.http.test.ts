import { hostname } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from './testing/open-browser.ts';
import { claimsIn } from './testing/open-provider.ts';
import { openSignIn, type TestSignIn } from './testing/open-sign-in.ts';

let horde: TestSignIn;
/** On another computer of the network. */
let browser: Browser;

beforeAll(async () => {
  horde = await openSignIn();
});
afterAll(() => horde.close());
beforeEach(async () => {
  horde.around.now = Date.now();
  horde.one.state.tamper = undefined;
  await horde.put('one', { device_code: true });
  browser = horde.browser(`${hostname().toLowerCase()}.local`);
});

/** Begins a sign-in by a code. */
const begin = async (of: Browser = browser) => {
  const page = await of.open('/signin/one');
  const address = /<a href="(https:[^"]+)"/.exec(page.text)?.[1] ?? '';
  const userCode = /<code>([^<]+)<\/code>/.exec(page.text)?.[1] ?? '';
  return { ...page, address, userCode, confirm: () => of.open('/signin/one/code', { ticket: page.ticket }) };
};

describe('signing in by a code (OID-05)', () => {
  it('waits until the code was typed, and then is like any other', async () => {
    const begun = await begin();
    expect([begun.status, begun.address]).toEqual([200, `${horde.one.issuer}/device`]);
    const early = await begun.confirm();
    expect([early.status, early.alert]).toEqual([200, expect.stringContaining('knows nothing of it yet')]);
    expect(early.text).toContain(begun.userCode);
    expect(await browser.typeCode(begun.address, begun.userCode, 'ada')).toContain('successful');
    const page = await begun.confirm();
    const made = await browser.open('/signin/one/account', { ticket: page.ticket, username: 'ada' });
    expect((await horde.call('GET', '/find_user', made.key)).body).toMatchObject({ pseudonymous: false });
    // The same person comes by the other way: it is the same account.
    const here = horde.browser();
    expect((await here.signIn('one', 'ada')).text).toContain('signed in as <strong>ada#');
  });

  it('is used once, in its own browser, at its own provider and in its time', async () => {
    await horde.put('two', { device_code: true });
    const begun = await begin();
    await browser.typeCode(begun.address, begun.userCode, 'bob');
    const other = horde.browser(`${hostname().toLowerCase()}.local`);
    expect((await other.open('/signin/one/code', { ticket: begun.ticket })).status).toBe(400);
    expect((await browser.open('/signin/two/code', { ticket: begun.ticket })).status).toBe(400);
    expect((await browser.open('/signin/one/account', { ticket: begun.ticket })).status).toBe(400);
    horde.around.now += 10 * 60_000;
    expect((await begun.confirm()).status).toBe(400);
    horde.around.now -= 10 * 60_000;
    expect((await begun.confirm()).status).toBe(200);
    expect((await begun.confirm()).status).toBe(400);
  });

  it('checks the ID token like any other', async () => {
    const begun = await begin();
    await browser.typeCode(begun.address, begun.userCode, 'eve');
    horde.one.state.tamper = (path, body) =>
      path === '/token' && 'id_token' in body
        ? { ...body, id_token: horde.one.signed({ ...claimsIn(body['id_token']), aud: 'others' }) }
        : undefined;
    const page = await begun.confirm();
    expect([page.status, page.alert]).toEqual([400, 'The sign-in did not work. Begin it anew.']);
  });

  it('leads nowhere but to an address of https', async () => {
    horde.one.state.tamper = (path, body) =>
      path === '/device/auth' ? { ...body, verification_uri: 'javascript:alert(1)' } : undefined;
    const page = await begin();
    expect([page.status, page.text.includes('javascript')]).toEqual([400, false]);
  });

  it.each([
    ['on this computer', 'localhost', true, true],
    ['where the host does not want it', undefined, false, true],
    ['where the provider does not know it', undefined, true, false],
  ])('is not the way %s', async (_name, host, device_code, isAnnounced) => {
    horde.one.state.tamper = (path, body) => {
      if (isAnnounced || !path.endsWith('/openid-configuration')) return undefined;
      const { device_authorization_endpoint: _, ...rest } = body;
      return rest;
    };
    // Another client, so that the provider is asked anew.
    await horde.put('one', { device_code, client_id: `${isAnnounced}` });
    const page = await horde.browser(host ?? `${hostname().toLowerCase()}.local`).open('/signin/one');
    expect(page.status).toBe(302);
  });
});

describe("the host's check of a provider", () => {
  const check = async (provider: string) => horde.host('POST', `/providers/${provider}/check`);

  it('says what it can do, or why not', async () => {
    expect((await check('one')).body).toEqual({ ok: true, message: null, device_code: true });
    await horde.put('one', { private_network: false, enabled: false });
    expect((await check('one')).body).toEqual({
      ok: false,
      message: 'This address is not called.',
      device_code: false,
    });
    expect((await check('three')).status).toBe(404);
  });
});
