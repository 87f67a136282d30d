import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import type { Problem } from '#shared/common/problem.ts';
import type { AppFastify } from './fastify-base.ts';

interface Limit {
  readonly max: number;
  readonly seconds: number;
  /** Anonymous callers share one key, so their limit by key is wider. */
  readonly maxForAnonymous?: number;
  /** Whom the counter is for, with the path, the resource (all of its methods), or alone. */
  readonly per: 'address and path' | 'address and resource' | 'key and path';
}

const anonymousKey = '0000000000';
/** Callers on this computer have ten times the limits (`decisions.md` 30). */
export const localFactor = 10;

const byDefault: Limit = { max: 90, seconds: 60, per: 'address and resource' };
const path = (max: number, seconds: number): Limit => ({ max, seconds, per: 'address and path' });
const worker: readonly Limit[] = [{ max: 60, seconds: 1, per: 'address and resource' }];
const generate: readonly Limit[] = [
  path(2, 1),
  { max: 2, maxForAnonymous: 60, seconds: 1, per: 'key and path' },
  path(90, 60),
];

/** Limits by route, shortest window first (`api.md` 1.8 and 5.0); every other route has the default. */
const limitsByRoute: Readonly<Record<string, readonly Limit[]>> = {
  '/api/v2/generate/async': generate,
  '/api/v2/generate/text/async': generate,
  '/api/v2/generate/status/:id': [path(10, 60)],
  '/api/v2/generate/check/:id': [path(10, 1)],
  '/api/v2/generate/rate/:id': [path(5, 60)],
  '/api/v2/generate/pop': worker,
  '/api/v2/generate/submit': worker,
  '/api/v2/users/:user_id': [path(60, 60)],
  '/api/v2/workers/:worker_id': [path(30, 60)],
  '/api/v2/status/modes': [{ ...byDefault, max: 30 }],
  '/api/v2/status/heartbeat': [],
  // Signed links of the store: a batch of pictures is many uploads at once (`queue.md` 6.5).
  '/images/:bucket/:key': [],
};

type Check = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** Registers the limiter and gives the check that runs before every handler. */
export async function createRateLimits(server: AppFastify): Promise<Check> {
  await server.register(rateLimit, { global: false, cache: 20_000 });
  const counters = new Map<Limit, ReturnType<AppFastify['createRateLimit']>>();
  for (const limit of [byDefault, ...Object.values(limitsByRoute).flat()]) {
    counters.set(limit, createCounter(server, limit));
  }
  return async (request, reply) => {
    const limits = limitsByRoute[request.routeOptions.url ?? ''] ?? [byDefault];
    for (const [at, limit] of limits.entries()) {
      const counted = await counters.get(limit)?.(request);
      if (!counted || counted.isAllowed) continue;
      if (at === 0 || counted.isExceeded) {
        reply.headers({
          'x-ratelimit-limit': counted.max,
          'x-ratelimit-remaining': counted.remaining,
          'x-ratelimit-reset': Math.floor(Date.now() / 1000) + counted.ttlInSeconds,
          'retry-after': counted.ttlInSeconds,
        });
      }
      if (counted.isExceeded) {
        return reply.code(429).send({ message: sentenceOf(counted.max, limit.seconds) } satisfies Problem);
      }
    }
    return undefined;
  };
}

function createCounter(server: AppFastify, limit: Limit): ReturnType<AppFastify['createRateLimit']> {
  return server.createRateLimit({
    timeWindow: limit.seconds * 1000,
    max: (request) => {
      const isAnonymous = keyOf(request) === anonymousKey;
      const max = isAnonymous ? (limit.maxForAnonymous ?? limit.max) : limit.max;
      return request.isLocal ? max * localFactor : max;
    },
    keyGenerator: (request) => counterKey(limit, request),
  });
}

function counterKey(limit: Limit, request: FastifyRequest): string {
  const [pathname = ''] = request.url.split('?', 1);
  switch (limit.per) {
    case 'address and path':
      return `${request.ip} ${request.method} ${pathname}`;
    case 'address and resource':
      return `${request.ip} ${request.routeOptions.url ?? 'unknown'}`;
    case 'key and path': {
      const key = createHash('sha256').update(keyOf(request)).digest('base64url');
      return `${key} ${request.method} ${pathname}`;
    }
  }
}

function keyOf(request: FastifyRequest): string {
  const header = request.headers['apikey'];
  return typeof header === 'string' ? header : anonymousKey;
}

function sentenceOf(max: number, seconds: number): string {
  return `${max} per 1 ${seconds === 1 ? 'second' : 'minute'}`;
}
