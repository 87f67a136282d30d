import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHordeListener } from './horde-listener.ts';
import type { AppFastify } from './fastify-base.ts';
import { byDefault, type Limit, limitsByRoute } from './horde-limits.ts';

let server: AppFastify;
let isLifted: boolean;
let raises: boolean;

const routes = [...Object.keys(limitsByRoute), '/api/v2/find_user'];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  isLifted = false;
  raises = false;
  server = await createHordeListener({
    log: pino({ level: 'silent' }),
    version: '1',
    rateLimits: 'on',
    areLimitsLifted: () => isLifted,
    features: (api) => {
      for (const url of routes) {
        api.get(url, { schema: { hide: true } }, (request) => {
          request.raisesLimits = raises;
          return {};
        });
      }
    },
  });
  await server.ready();
});

afterEach(async () => {
  await server.close();
  vi.useRealTimers();
});

/** A call from another computer, unless the headers say otherwise. */
const call = async (url: string, headers: Record<string, string> = {}, remoteAddress = '203.0.113.9') =>
  server.inject({
    url: url.replaceAll(/:\w+/g, 'x'),
    remoteAddress,
    headers: { host: 'localhost', apikey: 'somebody', ...headers },
  });

/** How many calls pass before one is refused. */
async function allowed(url: string, headers?: Record<string, string>, address?: string): Promise<number> {
  for (let count = 0; count <= 700; count += 1) {
    if ((await call(url, headers, address)).statusCode === 429) return count;
  }
  return Number.POSITIVE_INFINITY;
}

const first = (url: string): Limit => (limitsByRoute[url] ?? [byDefault])[0] ?? byDefault;
const limited = routes.filter((url) => (limitsByRoute[url] ?? [byDefault]).length > 0);

describe('the limits of the routes', () => {
  it.each(limited)('%s lets through what its shortest window allows, and again in the next', async (url) => {
    const { max, seconds } = first(url);
    expect(await allowed(url)).toBe(max);
    vi.setSystemTime(Date.now() + seconds * 1000 + 1);
    expect((await call(url)).statusCode).toBe(200);
  });

  it.each(limited.filter((url) => (limitsByRoute[url] ?? []).length > 1))(
    '%s has a longer window as well',
    async (url) => {
      const [short, ...others] = limitsByRoute[url] ?? [];
      const long = others.at(-1);
      let count = 0;
      for (; count <= 700; count += 1) {
        if (short && count % short.max === 0) vi.setSystemTime(Date.now() + short.seconds * 1000 + 1);
        if ((await call(url)).statusCode === 429) break;
      }
      expect(count).toBe(long?.max);
    },
  );

  it.each(routes.filter((url) => limitsByRoute[url]?.length === 0))('%s has none', async (url) => {
    expect(await allowed(url)).toBe(Number.POSITIVE_INFINITY);
  });

  it('are ten times as wide for this computer', async () => {
    expect(await allowed('/api/v2/sharedkeys', {}, '127.0.0.1')).toBe(50);
  });

  it('are wider for the key that everybody has', async () => {
    expect(await allowed('/api/v2/generate/async', { apikey: '0000000000' })).toBe(2);
    let passed = 0;
    for (let at = 10; at < 80; at += 1) {
      const answer = await call('/api/v2/generate/async', { apikey: '0000000000' }, `203.0.113.${at}`);
      if (answer.statusCode === 200) passed += 1;
    }
    expect(passed).toBe(58);
  });

  it('are raised for a day for an address that somebody trusted called from', async () => {
    raises = true;
    await call('/api/v2/generate/async');
    raises = false;
    vi.setSystemTime(Date.now() + 1001);
    expect(await allowed('/api/v2/generate/async')).toBe(10);
    vi.setSystemTime(Date.now() + 24 * 3600 * 1000);
    expect(await allowed('/api/v2/generate/async')).toBe(2);
  });

  it('count each object by itself, and every address', async () => {
    const url = '/api/v2/teams/:team_id';
    expect(await allowed(url)).toBe(30);
    expect((await call('/api/v2/teams/other')).statusCode).toBe(200);
    expect((await call(url, {}, '203.0.113.10')).statusCode).toBe(200);
  });

  it('say in the headers what is left', async () => {
    const answer = await call('/api/v2/find_user');
    expect(answer.headers).toMatchObject({ 'x-ratelimit-limit': '90', 'x-ratelimit-remaining': '89' });
  });

  it.each([
    ['10.1.2.3', Number.POSITIVE_INFINITY],
    ['192.168.1.7', Number.POSITIVE_INFINITY],
    ['fd00::7', Number.POSITIVE_INFINITY],
    ['::ffff:192.168.1.7', Number.POSITIVE_INFINITY],
    ['203.0.113.9', 90],
  ])('do not hold for %s when they are lifted for private networks, or do', async (address, count) => {
    isLifted = true;
    expect(await allowed('/api/v2/find_user', {}, address)).toBe(count);
  });
});
