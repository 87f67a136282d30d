import { readdir } from 'node:fs/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { pictureOf } from './testing/picture.ts';
import { accepted, askText, statusOf } from './testing/requester.ts';
import { openTown, type Person, type Town } from './testing/town.ts';
import { createWorker, type Worker } from './testing/worker.ts';

const logged: string[] = [];
let town: Town;
let ada: Person;
let ben: Person;
let eve: Person;
let scribe: Worker;
beforeAll(async () => {
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  town = await openTown({ log });
  ada = await town.addPerson({ id: 5, flags: { is_trusted: 1 } });
  ben = await town.addPerson({ id: 6, flags: { is_trusted: 1 } });
  eve = await town.addPerson({ id: 7, flags: { is_trusted: 1 } });
  scribe = createWorker(town, 'text', { name: 'Scribe', owner: ada });
});
afterAll(() => town.close());

const call = (method: string, path: string, body?: object, key?: string) =>
  town.call(method, path, body, key);

/** Texts that break out of queries, files, pages and terminals where these are put together by hand. */
const corpus = [
  "x'; drop table users; --",
  "x' or '1'='1",
  '"; delete from kudos_posting where 1=1; --',
  '%_\\',
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  'C:\\con',
  '\\\\server\\share',
  'aux...',
  '<img src=x onerror=alert(1)>',
  '{{7*7}}${7*7}',
  '=cmd()',
  'ℵ𝕏\u202egnp.exe',
];

describe('texts that would break out (T-THR-11, T-THR-32)', () => {
  it.each(corpus)('%j stays a text wherever it is sent', async (evil) => {
    const files = async () =>
      (await readdir(town.folder, { recursive: true })).filter((name) => !name.includes('objects'));
    const before = await files();
    const encoded = encodeURIComponent(evil);
    const asked = [
      call('POST', '/generate/async', { prompt: evil, models: [evil], params: { seed: evil } }, eve.key),
      call('POST', '/generate/text/async', { prompt: evil, models: [evil] }, eve.key),
      call(
        'POST',
        '/generate/pop',
        { name: evil, models: [evil], bridge_agent: evil, blacklist: [evil] },
        eve.key,
      ),
      call('POST', '/generate/submit', { id: evil, generation: evil, seed: 1 }, eve.key),
      call('POST', '/interrogate/submit', { id: evil, result: { caption: evil } }, eve.key),
      call(
        'POST',
        '/styles/image',
        { name: evil, prompt: `{p}{np}${evil}`, models: [evil], tags: [evil] },
        eve.key,
      ),
      call('POST', '/teams', { name: evil, info: evil }, eve.key),
      call('POST', '/kudos/transfer', { username: evil, amount: 1 }, eve.key),
      call('PUT', '/sharedkeys', { name: `key ${evil}`, kudos: 1 }, eve.key),
      call('PUT', '/users/7', { username: evil.slice(0, 30), contact: evil }, eve.key),
      call('POST', '/operations/ipaddr', { ipaddr: evil, hours: 1 }),
      call('POST', '/filters', { regex: 'never', filter_type: 10, description: evil }),
      call('GET', `/users/${encoded}`),
      call('GET', `/workers/name/${encoded}`),
      call('GET', `/workers?type=image&name=${encoded}`),
      call('GET', `/styles/image_by_name/${encoded}`),
      call('GET', `/filters?contains=${encoded}`),
      call('GET', `/status/models?type=image&min_count=0&model_state=${encoded}`),
    ];
    for (const answer of await Promise.all(asked)) {
      expect([answer.status, answer.status < 500]).toEqual([answer.status, true]);
      expect(answer.headers['content-type']).toContain('application/json');
    }
    // A worker that took the name is found by it, just as it was typed.
    const found = await call('GET', `/workers/name/${encoded}`);
    if (found.status === 200) expect(found.body.name).toBe(evil);
    else expect(found.body.rc).toBe('WorkerNotFound');
    expect(await files()).toEqual(before);
    expect(await checkLedger(town.horde.db)).toEqual({ ok: true, problems: [] });
  });

  it.each([
    'transient/..%2F..%2Fhorde.sqlite',
    'source/%2e%2e/%2e%2e/horde.sqlite',
    'transient/..%5c..%5chorde.sqlite',
    '..%2Fhorde.sqlite/x.webp',
    'objects/00000000-0000-0000-0000-000000000000.webp',
    `transient/${'a'.repeat(4096)}.webp`,
    'transient/CON.webp',
    'transient/00000000-0000-0000-0000-000000000000.webp%00.png',
  ])('no link opens %s', async (path) => {
    for (const method of ['GET', 'PUT']) {
      const { status } = await town.http({
        method,
        to: `/images/${path}?m=${method}&e=9999999999&k=1&s=x`,
        ...(method === 'PUT' ? { payload: pictureOf('x') } : {}),
      });
      expect([403, 404, 414]).toContain(status);
    }
  });

  it.each([
    { moderator: true },
    { trusted: true },
    { flagged: false },
    { kudos: 1000 },
    { is_admin: 1, moderator: true },
  ])('nobody gives themselves %j', async (change) => {
    expect((await call('PUT', '/users/6', change, ben.key)).status).toBe(403);
    const user = (await call('GET', '/users/6')).body;
    expect(user).toMatchObject({ moderator: false, flagged: false, kudos: 10_000 });
  });

  it.each(['{"__proto__":{"moderator":true}}', '{"constructor":{"prototype":{"moderator":true}}}'])(
    'a body that reaches for what all objects share is refused: %s',
    async (payload) => {
      for (const inner of [payload, `{"params":${payload}}`]) {
        const sent = inner.replace(/\}$/, ',"prompt":"a hill"}');
        const headers = { apikey: ben.key, 'content-type': 'application/json' };
        const to = '/api/v2/generate/async';
        expect((await town.http({ method: 'POST', to, headers, payload: sent })).status).toBe(400);
      }
      expect({}).not.toHaveProperty('moderator');
    },
  );
});

describe('what a hostile worker writes (T-THR-38)', () => {
  it('reaches its requester as a text, without what moves a terminal', async () => {
    await scribe.work();
    const asked = accepted(await askText(town, ben));
    const [held] = await scribe.pop();
    const story =
      '<script>alert(1)</script>\u001b[2J\u001b]0;owned\u0007line\r\nnext\tcell\u0085\u0000'.replace(
        '\u0000',
        '',
      );
    if (held) expect((await scribe.deliver(held, { story })).status).toBe(200);
    const { body, headers } = await statusOf(town, asked);
    expect(headers['content-type']).toContain('application/json');
    const [{ text }] = body.generations;
    expect(text).toContain('<script>alert(1)</script>');
    expect(text).toContain('next\tcell');
    // oxlint-disable-next-line no-control-regex -- these are what must not arrive
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
  });
});

describe('the log at its finest (T-THR-31)', () => {
  it('has neither keys nor prompts nor results of all that happened here', async () => {
    const { apiKey } = { apiKey: (await call('PUT', '/users/6', { generate_passkey: true }, ben.key)).body };
    expect(apiKey).toBeDefined();
    for (const path of ['/find_user', '/users/5', '/nowhere', '/generate/status/x']) {
      await call('GET', path, undefined, ada.key);
      await call('GET', path, undefined, 'a-wrong-key-of-somebody');
    }
    await town.http({
      method: 'POST',
      to: '/api/v2/generate/async',
      headers: { apikey: ada.key, 'content-type': 'application/json' },
      payload: '{"prompt":"a secret errand',
    });
    const all = logged.join('\n');
    for (const secret of [
      town.owner.key,
      ada.key,
      ben.key,
      'a-wrong-key-of-somebody',
      'errand',
      'lighthouse',
      'drop table',
    ]) {
      expect(all).not.toContain(secret);
    }
  });
});
