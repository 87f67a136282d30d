import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Type } from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppFastify } from './fastify-base.ts';
import { createHordeListener, type HordeListenerOptions } from './horde-listener.ts';
import { jsonInParts } from './long-lists.ts';

const servers: AppFastify[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const Echo = Type.Object({ text: Type.Optional(Type.String()) }, { additionalProperties: false });

function features(api: AppFastify): void {
  api.get('/api/v2/status/heartbeat', { schema: { hide: true } }, () => ({ message: 'OK' }));
  api.get('/api/v2/users', { schema: { hide: true } }, () => []);
  api.get('/api/v2/find_user', { schema: { hide: true } }, () => ({}));
  const schema = { hide: true, body: Echo };
  api.post('/api/v2/generate/async', { schema }, (request) => ({
    body: request.body,
    isLocal: request.isLocal,
  }));
  api.post('/api/v2/echo', { schema }, (request) => request.body);
}

async function start(options: Partial<HordeListenerOptions> = {}): Promise<{ port: number; url: string }> {
  const server = await createHordeListener({
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    rateLimits: 'off',
    features,
    ...options,
  });
  servers.push(server);
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo; // listening on TCP
  return { port, url: `http://127.0.0.1:${port}` };
}

/** With headers that `fetch` does not let through. */
function send(
  port: number,
  path: string,
  headers: Record<string, string | string[]>,
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => (body += String(chunk)));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

describe('createHordeListener', () => {
  it('answers with its node name', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/api/v2/status/heartbeat`);
    expect(answer.headers.get('horde-node')).toMatch(/:\d+:1\.2\.3$/);
    expect(await answer.json()).toEqual({ message: 'OK' });
  });

  it('lets no cache keep an answer to a key', async () => {
    const { url } = await start();
    const cacheOf = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(url + path, { headers })).headers.get('cache-control');
    for (const path of ['/api/v2/users', '/api/v2/nowhere']) {
      expect(await cacheOf(path, { apikey: 'k' })).toBe('no-store');
      expect(await cacheOf(path)).toBeNull();
    }
  });

  it('tells clients that it is a horde', async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/.well-known/serviceinfo`)).json()).toMatchObject({
      api: { aihorde: { base_url: `${url}/api/v2`, version: '2.5' } },
    });
    expect(await (await fetch(url)).text()).toContain('A private AI Horde');
  });

  it('refuses foreign host names and ports with 421 before anything else', async () => {
    const { port } = await start({ allowedHosts: ['horde.example'] });
    const statusOf = async (host: string) => (await send(port, '/api/v2/status/heartbeat', { host })).status;
    expect(await statusOf(`127.0.0.1:${port}`)).toBe(200);
    expect(await statusOf(`localhost:${port}`)).toBe(200);
    expect(await statusOf(`horde.example:${port}`)).toBe(200);
    for (const host of [`evil.example:${port}`, `127.0.0.1:${port + 1}`, `0.0.0.0:${port}`, 'localhost']) {
      expect(await statusOf(host)).toBe(421);
    }
    const refused = await send(port, '/', { host: `evil.example:${port}`, origin: 'http://evil.example' });
    expect(refused).toMatchObject({ status: 421, body: '' });
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([
    ['http://localhost:5173', 200],
    ['http://127.0.0.1:1', 200],
    ['https://art.example', 200],
    ['https://art.example.evil.test', 403],
    ['http://art.example', 403],
    ['https://art.example:8443', 403],
    ['null', 403],
    ['http://localhost.evil.test', 403],
  ])('answers a page of %s with %i and echoes only allowed origins', async (origin, status) => {
    const { port } = await start({ allowedOrigins: ['https://art.example'] });
    const host = `127.0.0.1:${port}`;
    const answer = await send(port, '/api/v2/users', { host, origin });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBe(status === 200 ? origin : undefined);
    const preflight = await send(port, '/api/v2/find_user', { host, origin }, 'OPTIONS');
    expect(preflight.status).toBe(status);
    if (status === 200) {
      expect(preflight.headers).toMatchObject({ allow: 'GET, HEAD, OPTIONS', vary: 'Origin' });
      expect(preflight.headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('refuses what a foreign page loads without saying so, but not a link to it', async () => {
    const { port } = await start();
    const foreign = { host: `127.0.0.1:${port}`, 'sec-fetch-site': 'cross-site' };
    expect((await send(port, '/api/v2/users', { ...foreign, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
    const link = { ...foreign, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await send(port, '/', link)).status).toBe(200);
  });

  it('takes a caller for local only without forwarding headers and foreign origins', async () => {
    const { url } = await start({ allowedOrigins: 'any' });
    const isLocal = async (headers: Record<string, string>) =>
      (await (await post(`${url}/api/v2/generate/async`, '{}', headers)).json()) as unknown; // asserted below
    expect(await isLocal({})).toMatchObject({ isLocal: true });
    expect(await isLocal({ 'x-forwarded-for': '127.0.0.1' })).toMatchObject({ isLocal: false });
    expect(await isLocal({ origin: 'https://art.example' })).toMatchObject({ isLocal: false });
  });

  it('gives 404 as a page, 405 with Allow, 415 and 400 for bodies that are no JSON', async () => {
    const { url } = await start();
    const missing = await fetch(`${url}/api/v2/users/`);
    expect(missing.status).toBe(404);
    expect((await fetch(`${url}/nowhere`)).headers.get('content-type')).toMatch('text/html');
    const wrong = await fetch(`${url}/api/v2/find_user`, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    const text = await post(`${url}/api/v2/echo`, '{}', { 'content-type': 'text/plain' });
    expect(text.status).toBe(415);
    const malformed = await post(`${url}/api/v2/echo`, '{"text":');
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toEqual({ message: 'The body is not valid JSON.' });
    const typed = await fetch(`${url}/api/v2/users`, { headers: { 'content-type': 'application/json' } });
    expect(typed.status).toBe(200);
  });

  it('limits bodies by route, depth and length, and refuses NUL and null', async () => {
    const { url } = await start();
    const large = JSON.stringify({ text: 'x'.repeat(2 * 1024 * 1024) });
    expect((await post(`${url}/api/v2/echo`, large)).status).toBe(413);
    expect((await post(`${url}/api/v2/generate/async`, large)).status).toBe(200);
    const deep = `{"a":${'['.repeat(40)}${']'.repeat(40)}}`;
    expect((await post(`${url}/api/v2/echo`, deep)).status).toBe(400);
    expect((await post(`${url}/api/v2/echo`, JSON.stringify({ a: Array(1001).fill(1) }))).status).toBe(400);
    const nul = await post(`${url}/api/v2/echo`, '{"text":"a\\u0000b"}');
    expect([nul.status, await nul.json()]).toEqual([
      400,
      expect.objectContaining({ rc: 'NulByteInPayload' }),
    ]);
    for (const polluted of ['{"__proto__":{"a":1}}', '{"x":[{"constructor":{"prototype":{"a":1}}}]}']) {
      expect((await post(`${url}/api/v2/echo`, polluted)).status).toBe(400);
    }
    expect((await post(`${url}/api/v2/echo`, '{"constructor":"a firm"}')).status).toBe(200);
    const none = await post(`${url}/api/v2/echo`, '{"text":null}');
    expect([none.status, await none.json()]).toEqual([
      400,
      { message: 'Input payload validation failed', errors: { text: expect.any(String) } },
    ]);
    expect(await (await post(`${url}/api/v2/echo`, '{"text":"a","other":1}')).json()).toEqual({ text: 'a' });
  });

  it('limits how often, wider for this computer', async () => {
    const { url } = await start({ rateLimits: 'on' });
    const far = { 'x-forwarded-for': '10.0.0.1', apikey: 'k' };
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let at = 0; at < 3; at += 1) {
      last = await post(`${url}/api/v2/generate/async`, '{}', far);
      statuses.push(last.status);
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect(last?.headers.get('retry-after')).toBe('1');
    expect(last?.headers.get('x-ratelimit-limit')).toBe('2');
    expect(await last?.json()).toEqual({ message: '2 per 1 second' });
    const near = await Promise.all(
      Array.from({ length: 15 }, () => post(`${url}/api/v2/generate/async`, '{}', { apikey: 'near' })),
    );
    expect(near.map((answer) => answer.status)).toEqual(Array(15).fill(200));
  });

  it('keeps what X-Fields names and refuses masks that do not parse', async () => {
    const { url } = await start();
    const ask = (mask: string, body = '{"text":"a"}') =>
      post(`${url}/api/v2/generate/async`, body, { 'x-fields': mask });
    expect(await (await ask('isLocal')).json()).toEqual({ isLocal: true });
    expect(await (await ask('{body{text},unknown}')).json()).toEqual({ body: { text: 'a' } });
    expect(await (await ask('body{other},*')).json()).toEqual({ body: {}, isLocal: true });
    for (const mask of ['', ',', 'a{', 'a}', '{a', 'a{}', 'a,,b', 'a{b{c}', 'x{'.repeat(50)]) {
      const refused = await ask(mask);
      expect([mask, refused.status, await refused.json()]).toEqual([
        mask,
        400,
        { message: 'The X-Fields mask is malformed.' },
      ]);
    }
    const exempt = await fetch(`${url}/api/v2/status/heartbeat`, { headers: { 'x-fields': 'a{' } });
    expect(await exempt.json()).toEqual({ message: 'OK' });
  });

  it('slows the guessing of keys', async () => {
    const refusing = (api: AppFastify) => {
      api.get('/api/v2/find_user', { schema: { hide: true } }, (_request, reply) =>
        reply.code(401).send({ message: 'no' }),
      );
    };
    const { url } = await start({ rateLimits: 'on', features: refusing });
    const guess = async (headers: Record<string, string> = {}) =>
      (await fetch(`${url}/api/v2/find_user`, { headers: { 'x-real-ip': '10.0.0.1', ...headers } })).status;
    const statuses = [];
    for (let at = 0; at < 22; at += 1) statuses.push(await guess({ apikey: `k${at}` }));
    expect(statuses.slice(0, 21)).toEqual(Array(21).fill(401));
    expect(statuses[21]).toBe(429);
    // Reading without a key goes on.
    expect(await guess()).toBe(401);
  });

  it('refuses a body without an end with 413 and keeps no more of it than the limit', async () => {
    const { port } = await start();
    const chunk = Buffer.alloc(256 * 1024, 120);
    const before = process.memoryUsage().rss;
    let most = before;
    const status = await new Promise<number | undefined>((resolve) => {
      let answered: number | undefined;
      const sent = httpRequest(
        {
          host: '127.0.0.1',
          port,
          path: '/api/v2/echo',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        },
        (answer) => {
          answered = answer.statusCode;
          answer.resume();
        },
      );
      // The server may close before all 200 MB are sent.
      sent.on('error', () => resolve(answered));
      sent.on('close', () => resolve(answered));
      let left = 800;
      const write = (): void => {
        most = Math.max(most, process.memoryUsage().rss);
        if (left === 0) return void sent.end();
        left -= 1;
        if (sent.write(chunk)) setImmediate(write);
        else sent.once('drain', write);
      };
      write();
    });
    expect(status).toBe(413);
    expect((most - before) / 1024 / 1024).toBeLessThan(48);
  });
});

describe('a long list', () => {
  const Item = Type.Object({ id: Type.Integer(), name: Type.String() }, { additionalProperties: false });
  const items = Array.from({ length: 1234 }, (_, id) => ({ id, name: `Worker ${id} ü "`, secret: 'x' }));
  const features = (api: AppFastify): void =>
    void api.get(
      '/api/v2/workers',
      { schema: { hide: true, response: { 200: Type.Array(Item) } } },
      () => items,
    );

  it('is sent in parts, and is the list that its schema describes', async () => {
    const { url } = await start({ features });
    const answer = await fetch(`${url}/api/v2/workers`);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('transfer-encoding')).toBe('chunked');
    expect(await answer.json()).toEqual(items.map(({ id, name }) => ({ id, name })));
  });

  it('keeps what X-Fields names', async () => {
    const { url } = await start({ features });
    const answer = await fetch(`${url}/api/v2/workers`, { headers: { 'x-fields': 'id,secret' } });
    expect(await answer.json()).toEqual(items.map(({ id }) => ({ id })));
  });

  it('lets others be answered before it is whole', async () => {
    const parts = jsonInParts(items, (part) => JSON.stringify(part));
    let turns = 0;
    const count = () => (turns += 1);
    const sizes: number[] = [];
    for (let part = await parts.next(); !part.done; part = await parts.next()) {
      sizes.push(part.value.length);
      setImmediate(count);
    }
    expect(Math.max(...sizes)).toBeLessThan(10_000);
    expect(turns).toBeGreaterThanOrEqual(sizes.length - 2);
  });
});
