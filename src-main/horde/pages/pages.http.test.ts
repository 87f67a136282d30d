import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAccounts, type TestAccounts } from '../testing/open-accounts.ts';
import { hordeFolder } from '../testing/open-horde.ts';

let horde: TestAccounts;

beforeAll(async () => {
  horde = await openAccounts();
});
afterAll(() => horde.close());
beforeEach(() => {
  Object.assign(horde.around, { mode: 'open', isRaided: false, terms: undefined });
  // Two hours later no limit of the hour counts what tests before did.
  horde.around.now += 2 * 60 * 60 * 1000;
});

interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** What a browser sends along the next time. */
  readonly cookie: string;
  /** Values of hidden fields. */
  readonly hidden: Readonly<Record<string, string>>;
}

async function open(path: string, sent?: { fields: Record<string, string>; cookie?: string }): Promise<Page> {
  const { fields, cookie = '' } = sent ?? { fields: {} };
  const answer = await horde.server.inject({
    method: sent ? 'POST' : 'GET',
    url: path,
    headers: {
      host: 'localhost',
      cookie,
      ...(sent ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(sent ? { payload: new URLSearchParams(fields).toString() } : {}),
  });
  const set = answer.headers['set-cookie'];
  const hidden = [...answer.body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  return {
    status: answer.statusCode,
    text: answer.body,
    headers: answer.headers,
    cookie: typeof set === 'string' ? (set.split(';', 1)[0] ?? '') : cookie,
    hidden: Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
  };
}

/** Opens a page, fills its form in and sends it, as a browser does. */
async function fill(path: string, fields: Record<string, string>, action = path): Promise<Page> {
  const page = await open(path);
  return open(action, { fields: { ...page.hidden, ...fields }, cookie: page.cookie });
}

const keyIn = (page: Page) => /<code>([\w-]{22})<\/code>/.exec(page.text)?.[1] ?? '';
const alertIn = (page: Page) => /<p role="alert">([^<]*)</.exec(page.text)?.[1];

describe('every page', () => {
  it.each(['/register', '/transfer', '/terms', '/privacy'])(
    '%s has no script and nothing from elsewhere',
    async (path) => {
      const { status, text, headers } = await open(path);
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|https?:\/\/|javascript:/i);
      const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? '';
      const digest = createHash('sha256').update(style).digest('base64');
      expect(headers).toMatchObject({
        'content-security-policy': `default-src 'none'; style-src 'sha256-${digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
      });
    },
  );

  it('is not in the document of the API', async () => {
    const answer = await horde.server.inject({ url: '/api/swagger.json', headers: { host: 'localhost' } });
    const paths = Object.keys(answer.json().paths);
    expect(paths.filter((path) => !path.startsWith('/v2/'))).toEqual([]);
  });

  it('shows the documents of the host', async () => {
    expect((await open('/terms')).text).toContain('<p>The <b>terms</b>.</p>');
    expect((await open('/privacy')).text).toContain('<p>The <b>privacy</b>.</p>');
  });
});

describe('/register', () => {
  it('makes an account and shows its key once', async () => {
    const page = await fill('/register', { username: 'newcomer' });
    expect(page.status).toBe(200);
    const { body } = await horde.call('GET', '/find_user', keyIn(page));
    expect(page.text).toContain(`<strong>newcomer#${body.id}</strong>`);
    expect((await open('/register')).text).not.toContain(keyIn(page));
  });

  it.each([
    ['without the token', {}, ''],
    ['with a made-up token', { token: 'a'.repeat(64) }, 'yurt_form=AAAAAAAAAAAAAAAAAAAAAA'],
  ])('refuses a form %s', async (_name, fields, cookie) => {
    const page = await open('/register', { fields: { username: 'forged', ...fields }, cookie });
    expect([page.status, keyIn(page)]).toEqual([403, '']);
  });

  it("refuses a form with another page's token, and the cookie is of no use to scripts or other sites", async () => {
    const [mine, theirs] = [await open('/register'), await open('/register')];
    const fields = { username: 'forged', token: theirs.hidden['token'] ?? '' };
    expect((await open('/register', { fields, cookie: mine.cookie })).status).toBe(403);
    expect(mine.headers['set-cookie']).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=1800$/);
  });

  it('keeps two open pages of one browser alive', async () => {
    const first = await open('/register');
    const again = await horde.server.inject({
      url: '/register',
      headers: { host: 'localhost', cookie: first.cookie },
    });
    expect(again.headers['set-cookie']).toContain(first.cookie);
  });

  it.each([
    ['text/plain', 'username=odd', 415],
    ['application/json', '{"username":"odd"}', 415],
    ['application/json', 'username=odd', 400],
  ])('reads no %s', async (type, payload, status) => {
    const { cookie } = await open('/register');
    const headers = { host: 'localhost', cookie, 'content-type': type };
    const answer = await horde.server.inject({ method: 'POST', url: '/register', headers, payload });
    expect(answer.statusCode).toBe(status);
  });

  it('says what is wrong, keeps what was typed, and lets no markup through', async () => {
    const evil = '"><script>alert(1)</script>';
    const page = await fill('/register', { username: evil, invite: "'><b>" });
    expect(page.status).toBe(400);
    expect(alertIn(page)).toContain('A username has');
    expect(page.text).not.toMatch(/<script|<b>/);
    expect(page.text).toContain('value="&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;"');
  });

  it('takes the invite out of a link', async () => {
    horde.around.mode = 'invite';
    const preset = { roles: ['trusted' as const], worker_invited: 0, kudos: 0 };
    const { code } = await horde.registration.invite(horde.owner, { preset });
    const page = await open(`/register?invite=${code}`);
    expect(page.text).toContain(`value="${code}"`);
    expect((await fill('/register', { username: 'guest' })).status).toBe(403);
    const joined = await fill('/register', { username: 'guest', invite: code });
    expect((await horde.call('GET', '/find_user', keyIn(joined))).body.trusted).toBe(true);
  });

  it('shows no form where nobody is taken, and takes nobody', async () => {
    horde.around.mode = 'closed';
    const page = await open('/register');
    expect(page.text).not.toContain('name="username"');
    expect((await fill('/register', { username: 'guest' })).status).toBe(403);
  });

  it('asks for the terms of the day', async () => {
    horde.around.terms = '4';
    const page = await open('/register');
    expect(page.text).toContain('<input type="checkbox" name="terms" value="4" required>');
    expect((await fill('/register', { username: 'guest' })).status).toBe(400);
    expect(keyIn(await fill('/register', { username: 'guest', terms: '4' }))).not.toBe('');
  });

  it('lets people accept new terms with their key', async () => {
    horde.around.terms = '5';
    const { id, key } = await horde.addUser();
    const accept = (fields: object) =>
      fill('/register', { current_key: key, terms: '5', ...fields }, '/register/terms');
    expect((await accept({ terms: '4' })).status).toBe(400);
    expect((await accept({ current_key: 'wrong' })).status).toBe(401);
    expect((await accept({ current_key: '0000000000' })).status).toBe(403);
    expect((await horde.users.byId(id))?.termsVersion).toBeUndefined();
    expect((await accept({})).status).toBe(200);
    expect((await horde.users.byId(id))?.termsVersion).toBe('5');
  });

  it('takes five people an hour from an address', async () => {
    for (let n = 0; n < 5; n += 1) expect((await fill('/register', { username: 'guest' })).status).toBe(200);
    expect((await fill('/register', { username: 'guest' })).status).toBe(429);
  });

  it('gives a new key for the present one', async () => {
    const { id, key } = await horde.addUser();
    const page = await fill('/register', { current_key: ` ${key} ` }, '/register/key');
    expect((await horde.call('GET', '/find_user', keyIn(page))).body.id).toBe(id);
    const again = await fill('/register', { current_key: key }, '/register/key');
    expect([again.status, keyIn(again), again.text.includes(key)]).toEqual([401, '', false]);
    const anonymous = await fill('/register', { current_key: '0000000000' }, '/register/key');
    expect(anonymous.status).toBe(403);
    expect((await open('/register/key', { fields: { current_key: keyIn(page) } })).status).toBe(403);
  });
});

describe('/transfer', () => {
  const wealthy = async () => {
    const user = await horde.addUser();
    await horde.call('PUT', `/users/${user.id}`, horde.ownerKey, { kudos: 100 });
    return user;
  };
  const kudosOf = async (id: number) => (await horde.call('GET', `/users/${id}`, undefined)).body.kudos;

  it('sends kudos, once for each form', async () => {
    const [from, to] = [await wealthy(), await horde.addUser()];
    const page = await open('/transfer');
    const fields = { ...page.hidden, username: to.user.alias, amount: '30', src_api_key: from.key };
    const sent = await open('/transfer', { fields, cookie: page.cookie });
    expect([sent.status, sent.text.includes(`30 kudos went to ${to.user.alias}.`)]).toEqual([200, true]);
    expect(sent.text).not.toContain(from.key);
    await open('/transfer', { fields, cookie: page.cookie });
    expect([await kudosOf(from.id), await kudosOf(to.id)]).toEqual([84, 44]);
  });

  it.each([
    ['too much', { amount: '101' }, 400],
    ['letters', { amount: 'ten' }, 400],
    ['less than nothing', { amount: '-5' }, 400],
    ['to nobody', { username: 'nobody#99999', amount: '5' }, 400],
    ['with a wrong key', { amount: '5', src_api_key: 'wrong' }, 401],
    ['as Anonymous', { amount: '5', src_api_key: '0000000000' }, 400],
  ])('refuses to send %s', async (_name, change, status) => {
    const [from, to] = [await wealthy(), await horde.addUser()];
    const page = await fill('/transfer', { username: to.user.alias, src_api_key: from.key, ...change });
    expect([page.status, alertIn(page)]).toEqual([status, expect.stringMatching(/./)]);
    expect(page.text).not.toContain(from.key);
    expect([await kudosOf(from.id), await kudosOf(to.id)]).toEqual([114, 14]);
  });

  it('refuses a form of another site', async () => {
    const [from, to] = [await wealthy(), await horde.addUser()];
    const fields = { username: to.user.alias, amount: '5', src_api_key: from.key };
    expect((await open('/transfer', { fields })).status).toBe(403);
    expect(await kudosOf(to.id)).toBe(14);
  });
});

describe('the whole horde', () => {
  const folders = hordeFolder();
  afterAll(() => folders.closeAll());

  it('serves the pages with its own documents, and lets people in', async () => {
    const whole = await folders.open();
    await whole.features.settings.change({ registration: 'open' }, 1);
    const get = (url: string) => whole.server.inject({ url, headers: { host: 'localhost' } });
    for (const url of ['/terms', '/privacy', '/transfer', '/register']) {
      const { statusCode, body } = await get(url);
      expect([url, statusCode, body.includes('<h1>')]).toEqual([url, 200, true]);
    }
    const page = await get('/register');
    const cookie = String(page.headers['set-cookie']).split(';', 1)[0] ?? '';
    const token = /name="token" value="(\w+)"/.exec(page.body)?.[1] ?? '';
    const terms = /name="terms" value="(\w+)"/.exec(page.body)?.[1] ?? '';
    const made = await whole.server.inject({
      method: 'POST',
      url: '/register',
      headers: { host: 'localhost', cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ token, terms, username: 'first guest' }).toString(),
    });
    expect(made.statusCode).toBe(200);
    const key = /<code>([\w-]{22})<\/code>/.exec(made.body)?.[1] ?? '';
    const { body } = await whole.call('GET', '/find_user', undefined, { key });
    expect(body).toMatchObject({ username: 'first guest#2', kudos: 14 });
    expect((await whole.ask({}, { key })).status).toBe(202);
  });
});
