import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyOperation } from './testing/operations.ts';
import { accepted, askForms, askImage, askText } from './testing/requester.ts';
import { openTown, type Person, type Town } from './testing/town.ts';
import { createWorker, type Worker } from './testing/worker.ts';

let town: Town;
let ada: Person;
let ben: Person;
let dreamer: Worker;
let scribe: Worker;
beforeAll(async () => {
  town = await openTown();
  ada = await town.addPerson({ id: 5, flags: { is_trusted: 1 } });
  ben = await town.addPerson({ id: 6, flags: { is_trusted: 1 } });
  dreamer = createWorker(town, 'image', { name: 'Dreamer', owner: ada });
  scribe = createWorker(town, 'text', { name: 'Scribe', owner: ada });
});
afterAll(() => town.close());

const call = (method: string, path: string, body?: object, key?: string) =>
  town.call(method, path, body, key);

describe('what one caller may see and another may not (T-THR-33)', () => {
  it('is the same for the public after staff looked, and no cache may keep an answer to a key', async () => {
    await dreamer.pop();
    const worker = (await call('GET', '/workers/name/Dreamer', undefined, '')).body.id;
    await call('PUT', '/status/modes', { raid_mode: true });
    await call('PUT', `/workers/${worker}`, { paused: true });
    const plain = (await everyOperation(town, 'x')).filter(
      ({ method, hasParameter }) => method === 'GET' && !hasParameter,
    );
    const paths = [
      ...plain.map(({ to }) => to),
      '/api/v2/users/5',
      `/api/v2/workers/${worker}`,
      '/api/v2/workers/name/Dreamer',
    ];
    const get = (to: string, key: string) =>
      town.http({ method: 'GET', to, headers: key === '' ? {} : { apikey: key } });
    for (const to of paths) {
      const before = await get(to, '');
      const asStaff = await get(to, town.owner.key);
      const after = await get(to, '');
      expect([to, after.status, after.body]).toEqual([to, before.status, before.body]);
      if (asStaff.headers['content-type']?.includes('json') !== true) continue;
      expect([to, asStaff.headers['cache-control']]).toEqual([to, 'no-store']);
    }
    await call('PUT', `/workers/${worker}`, { paused: false });
    await call('PUT', '/status/modes', { raid_mode: false });
  });
});

describe('ids that are capabilities (T-THR-34)', () => {
  it('are found by nobody who guesses, and stand in no list', async () => {
    const shared = (await call('PUT', '/sharedkeys', { name: 'mine', kudos: 5 }, ada.key)).body.id;
    const image = accepted(await askImage(town, ada));
    const text = accepted(await askText(town, ada));
    const forms = accepted(await askForms(town, ada, ['caption']));
    const [job] = await scribe.pop();
    const secrets = [shared, image.id, text.id, forms.id, job?.id ?? ''];
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
    const operations = await everyOperation(town, '5');
    const listed = operations.filter(({ method, path }) => method === 'GET' && !/\{(?!user_id)/.test(path));
    expect(listed.length).toBeGreaterThan(15);
    for (const key of ['', ben.key, town.owner.key]) {
      for (const { to } of listed) {
        const said = (
          await town.http({ method: 'GET', to, headers: key === '' ? {} : { apikey: key } })
        ).bytes.toString();
        for (const secret of secrets.slice(1)) expect(said).not.toContain(secret);
        // Staff may see whose shared keys there are.
        if (key !== town.owner.key) expect(said).not.toContain(shared);
      }
    }
    const paths = [
      '/generate/check',
      '/generate/status',
      '/generate/text/status',
      '/interrogate/status',
      '/sharedkeys',
    ];
    const answers = new Map<string, number>();
    // Injected: ten thousand of them.
    const guesses = Array.from(
      { length: 10_000 },
      (_, at) => `${paths[at % paths.length]}/${crypto.randomUUID()}`,
    );
    for (let from = 0; from < guesses.length; from += 200) {
      const some = guesses.slice(from, from + 200).map((path) => town.horde.call('GET', path));
      for (const { status, body } of await Promise.all(some)) {
        const said = `${status} ${String(body.rc)}`;
        answers.set(said, (answers.get(said) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(answers)).toEqual({ '404 RequestNotFound': 8000, '401 InvalidAPIKey': 2000 });
    if (job) await scribe.deliver(job);
  });
});

describe('objects of others (T-THR-35)', () => {
  it('are neither changed nor deleted by a stranger, and stay as they were', async () => {
    const style = { name: 'ink', prompt: '{p}, ink{np}', models: ['tiny'] };
    const [made, other] = [
      (await call('POST', '/styles/image', style, ada.key)).body.id,
      (await call('POST', '/styles/image', style, ben.key)).body.id,
    ];
    const collection = { name: 'inks', type: 'image', styles: [made] };
    const collected = (await call('POST', '/collections', collection, ada.key)).body.id;
    const team = (await call('POST', '/teams', { name: 'Painters' }, ada.key)).body.id;
    const shared = (await call('PUT', '/sharedkeys', { name: 'a key', kudos: 5 }, ada.key)).body.id;
    const worker = (await call('GET', '/workers/name/Dreamer')).body.id;
    const note = { message: 'a note', worker_id: worker };
    const message = (await call('POST', '/workers/messages', note, ada.key)).body.id;
    const url = { url: 'https://example.org/a.webp', primary: true };
    const example = (await call('POST', `/styles/image/${made}/example`, url, ada.key)).body.id;
    const paths = [
      `/styles/image/${made}`,
      `/collections/${collected}`,
      `/teams/${team}`,
      `/sharedkeys/${shared}`,
      `/workers/${worker}`,
      `/workers/messages/${message}`,
    ];
    const seen = async () =>
      JSON.stringify(
        (await Promise.all(paths.map((path) => call('GET', path, undefined, ada.key)))).map(
          ({ body }) => body,
        ),
      );
    const before = await seen();
    const change = { name: 'stolen', info: 'this is now the text of a stranger', maintenance: true };
    const tries: Array<[string, string, object?]> = [
      ['PATCH', `/styles/image/${made}`, change],
      ['PATCH', `/collections/${collected}`, change],
      ['PATCH', `/teams/${team}`, change],
      ['PATCH', `/sharedkeys/${shared}`, { name: 'stolen', kudos: 50 }],
      ['PUT', `/workers/${worker}`, change],
      ['PATCH', `/styles/image/${made}/example/${example}`, { primary: true }],
      ['POST', `/styles/image/${made}/example`, { url: 'https://example.org/b.webp', primary: false }],
      ['DELETE', `/styles/image/${made}/example/${example}`],
      ...paths.map((path): [string, string] => ['DELETE', path]),
    ];
    for (const [method, path, body] of tries) {
      expect([method, path, (await call(method, path, body, ben.key)).status]).toEqual([method, path, 403]);
    }
    // Through a style of their own the example of another is not there.
    for (const method of ['PATCH', 'DELETE']) {
      const path = `/styles/image/${other}/example/${example}`;
      const body = method === 'PATCH' ? { primary: true } : undefined;
      expect((await call(method, path, body, ben.key)).status).toBe(404);
    }
    expect(await seen()).toBe(before);
  });
});
