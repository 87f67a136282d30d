import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webp } from '../testing/open-horde.ts';
import { everyOperation } from './testing/operations.ts';
import { openTown, type Town } from './testing/town.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

/** Rows of every table that a call could write. */
async function rowCounts({ horde }: Town): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const tables = [
    'users',
    'horde_requests',
    'horde_jobs',
    'horde_workers',
    'horde_alchemy_requests',
    'horde_audit',
    'kudos_event',
  ] as const;
  for (const table of tables) {
    const found = await horde.db.read
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    counts[table] = Number(found.n);
  }
  return counts;
}

describe('a foreign host name (T-THR-01)', () => {
  it('is answered with 421 and nothing else on every route', async () => {
    const calls = [
      ...(await everyOperation(town, 'x')),
      ...[
        '/',
        '/api/',
        '/api/swagger.json',
        '/register',
        '/images/transient/x.webp',
        '/.well-known/serviceinfo',
      ].map((to) => ({ method: 'GET', to })),
    ];
    expect(calls.length).toBeGreaterThan(95);
    for (const host of [`evil.example:${town.port}`, `0.0.0.0:${town.port}`]) {
      for (const { method, to } of calls) {
        const headers = { host, origin: 'http://evil.example', apikey: town.owner.key };
        const { status, bytes, headers: said } = await town.http({ method, to, headers });
        expect([method, to, status, bytes.length]).toEqual([method, to, 421, 0]);
        expect(said).not.toHaveProperty('access-control-allow-origin');
      }
    }
  });

  it('is not upgraded either, and a call has exactly one Host', async () => {
    const say = async (lines: readonly string[]): Promise<string> => {
      const socket = connect(town.port, '127.0.0.1');
      socket.write([...lines, 'connection: close', '', ''].join('\r\n'));
      return (await text(socket)).split('\r\n', 1)[0] ?? '';
    };
    const host = `host: 127.0.0.1:${town.port}`;
    const start = 'GET /api/v2/status/heartbeat HTTP/1.1';
    expect(await say([start, host])).toContain('200');
    expect(await say([start])).toContain('400');
    expect(await say([start, host, host])).toContain('400');
    expect(await say([start, host, 'host: evil.example'])).toContain('400');
    const upgrade = ['upgrade: websocket', 'sec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw=='];
    expect(await say([start, 'host: evil.example', ...upgrade])).toContain('421');
    expect(await say([start, host, ...upgrade])).not.toContain('101');
  });
});

describe('a page of another origin (T-THR-02, T-THR-03, T-THR-04)', () => {
  const prompt = JSON.stringify({ prompt: 'a lighthouse' });
  const form = 'application/x-www-form-urlencoded';
  const fetched = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };

  it.each([
    ['a form', 'POST', { 'content-type': form, origin: 'https://evil.example' }, 403],
    ['a form of a browser that hides its origin', 'POST', { 'content-type': form, origin: 'null' }, 403],
    ['a form without an origin', 'POST', { 'content-type': form }, 415],
    ['a multipart form', 'POST', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['text', 'POST', { 'content-type': 'text/plain' }, 415],
    ['JSON', 'POST', { 'content-type': 'application/json', origin: 'https://evil.example' }, 403],
    ['a no-cors fetch', 'POST', { 'content-type': 'text/plain', ...fetched }, 403],
    ['a same-site fetch', 'POST', { 'content-type': 'application/json', 'sec-fetch-site': 'same-site' }, 403],
    ['a deletion', 'DELETE', { origin: 'https://evil.example' }, 403],
  ])('writes nothing by %s', async (_what, method, headers, status) => {
    const before = await rowCounts(town);
    const body = method === 'POST' ? { payload: prompt } : {};
    const paths = ['/generate/async', '/generate/pop', '/interrogate/async', '/users/1'];
    for (const path of paths.slice(method === 'POST' ? 0 : 3, method === 'POST' ? 3 : 4)) {
      for (const key of [{}, { apikey: town.owner.key }, { cookie: `apikey=${town.owner.key}` }]) {
        const call = { method, to: `/api/v2${path}`, headers: { ...headers, ...key }, ...body };
        expect((await town.http(call)).status).toBe(status);
      }
    }
    expect(await rowCounts(town)).toEqual(before);
  });

  it('has no identity by a cookie or by calling from this computer', async () => {
    const headers = { 'content-type': 'application/json', cookie: `apikey=${town.owner.key}` };
    const ask = { method: 'POST', to: '/api/v2/generate/async', headers, payload: prompt };
    expect((await town.http(ask)).status).toBe(400);
    expect((await town.http({ method: 'GET', to: '/api/v2/find_user', headers })).status).toBe(401);
  });

  it('hears no header that opens a private network or sends credentials, whoever asks', async () => {
    for (const origin of ['http://localhost:5173', 'https://evil.example', 'null']) {
      for (const method of ['OPTIONS', 'GET']) {
        const headers = {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-private-network': 'true',
        };
        const { headers: said } = await town.http({ method, to: '/api/v2/users', headers });
        expect(Object.keys(said).filter((name) => /private-network|credentials/.test(name))).toEqual([]);
        expect(said['access-control-allow-origin']).not.toBe('*');
      }
    }
  });
});

describe('headers that name another address (T-THR-05)', () => {
  const named = (address: string) => ({
    'x-forwarded-for': address,
    forwarded: `for=${address}`,
    'x-real-ip': address,
    'proxied-for': address,
    'proxy-authorization': 'no-passkey-of-anybody',
  });

  it('neither open what a timeout closes, nor close what is open to others', async () => {
    const { horde } = town;
    const timeout = await horde.call('POST', '/operations/ipaddr', { ipaddr: '10.1.1.1', hours: 1 });
    expect(timeout.status).toBe(200);
    const user = await horde.addUser({ id: 5 });
    const ask = (from: string, address: string) =>
      horde.ask({}, { key: user, from, headers: named(address) });
    expect(await ask('10.1.1.1', '10.2.2.2')).toMatchObject({ status: 403, body: { rc: 'TimeoutIP' } });
    expect((await ask('10.2.2.2', '10.1.1.1')).status).toBe(202);
    const pop = { name: 'Far', models: ['tiny'] };
    const as = { key: user, from: '10.1.1.1', headers: named('10.2.2.2') };
    expect((await horde.call('POST', '/generate/pop', pop, as)).body.rc).toBe('TimeoutIP');
    const stored = await horde.db.read.selectFrom('horde_requests').select('ip').execute();
    expect(stored).toEqual([{ ip: '10.2.2.2' }]);
  });

  it('take the leniencies of this computer away and never give them', async () => {
    const { horde } = town;
    const user = await horde.addUser({ id: 6 });
    // Three workers at an address are the most of an untrusted account; this computer is no crowd.
    for (const name of ['One', 'Two', 'Three']) {
      await horde.pop({ name }, { key: user, from: '10.3.3.3' });
    }
    const fourth = { name: 'Four', models: ['tiny'] };
    const far = { key: user, from: '10.3.3.3', headers: named('127.0.0.1') };
    expect((await horde.call('POST', '/generate/pop', fourth, far)).status).toBe(403);
    // An empty shared key asks as Anonymous where anybody may: from this computer alone.
    const made = await horde.call('PUT', '/sharedkeys', { kudos: 0 }, { key: user });
    const down = { allow_downgrade: true };
    const key = String(made.body.id);
    expect((await horde.ask(down, { key })).status).toBe(202);
    expect((await horde.ask(down, { key, headers: named('127.0.0.1') })).status).toBe(403);
    expect((await horde.ask(down, { key, from: '10.3.3.3', headers: named('127.0.0.1') })).status).toBe(403);
  });
});

describe('what calls bring (T-THR-13, T-THR-15)', () => {
  const odd = [
    '%2F',
    '%00',
    '%2e%2e%2f%2e%2e%2fhorde.sqlite',
    '%ff%fe',
    '-1',
    '99999999999999999999',
    '1e400',
    'null',
    '00000000-0000-0000-0000-000000000000',
    `${'a'.repeat(255)}`,
    encodeURIComponent('𝕏'.repeat(200)),
    encodeURIComponent("' or '1'='1"),
    encodeURIComponent('a::b#1/../c'),
    'x'.repeat(5000),
  ];

  it.each(odd.map((value) => [value.slice(0, 40), value]))(
    'is refused and breaks nothing where %s stands in a path',
    async (_shown, value) => {
      const before = await rowCounts(town);
      const calls = (await everyOperation(town, value)).filter(({ hasParameter }) => hasParameter);
      expect(calls.length).toBeGreaterThan(40);
      for (const { method, to } of calls) {
        const json = method === 'GET' || method === 'DELETE' ? {} : { payload: '{}' };
        const headers = { apikey: town.owner.key, 'content-type': 'application/json' };
        const { status } = await town.http({ method, to, headers, ...json });
        expect([method, to, status]).toEqual([method, to, refusedStatus]);
      }
      expect(await rowCounts(town)).toEqual(before);
    },
  );

  it('is held to its size on each route, and what is too large is not kept', async () => {
    const mebibyte = 1024 * 1024;
    const post = (path: string, size: number, more: object) => {
      const payload = JSON.stringify({ ...more, filler: 'x'.repeat(size) });
      const headers = { apikey: town.owner.key, 'content-type': 'application/json' };
      return town.http({ method: 'POST', to: `/api/v2${path}`, headers, payload });
    };
    expect((await post('/generate/async', 47 * mebibyte, { prompt: 'a' })).status).toBe(202);
    expect((await post('/generate/text/async', 2 * mebibyte, { prompt: 'a' })).status).toBe(413);
    expect((await post('/kudos/transfer', 2 * mebibyte, { username: 'a' })).status).toBe(413);
    const long = { id: '00000000-0000-0000-0000-000000000000', seed: 1, generation: webp.toString('base64') };
    expect((await post('/generate/submit', 23 * mebibyte, long)).status).toBe(404);
  });
});

describe('callers that take their time (T-THR-13)', () => {
  it('hold up nobody else, however many they are', async () => {
    const lines = ['POST /api/v2/generate/async HTTP/1.1', `host: 127.0.0.1:${town.port}`];
    const slowHeader = `${lines[0]}\r\nx-slow: `;
    const slowBody = `${lines.join('\r\n')}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`;
    const sockets = Array.from({ length: 1000 }, (_, at) => {
      const socket = connect(town.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(at % 2 === 0 ? slowHeader : slowBody);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (let count = 0; count < 20; count += 1) {
      const started = performance.now();
      const { status } = await town.http({ method: 'GET', to: '/api/v2/status/heartbeat' });
      expect(status).toBe(200);
      expect(performance.now() - started).toBeLessThan(1000);
    }
    for (const socket of sockets) socket.destroy();
    // They are not waited for without end.
    expect(town.horde.server.server.headersTimeout).toBeLessThanOrEqual(60_000);
    expect(town.horde.server.server.requestTimeout).toBeLessThanOrEqual(120_000);
  });
});

const refusedStatus = expect.toSatisfy((status) => Number(status) < 500);
