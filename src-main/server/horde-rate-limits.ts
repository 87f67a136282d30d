import { createHash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { keepNewest } from '#shared/common/keep-newest.ts';
import type { Problem } from '#shared/common/problem.ts';
import type { AppFastify } from './fastify-base.ts';
import { byDefault, type Limit, limitsByRoute, sentenceOf } from './horde-limits.ts';

const anonymousKey = '0000000000';
/** Callers on this computer have ten times the limits (`decisions.md` 30). */
export const localFactor = 10;
const maxCounters = 50_000;
const raisedForMs = 24 * 3600 * 1000;
const privateRanges: ReadonlySet<string> = new Set(['loopback', 'private', 'linkLocal', 'uniqueLocal']);

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a route: for a day, the address of this caller has the raised limits. */
    raisesLimits: boolean;
  }
}

export interface RateLimitOptions {
  /** Whether an address has no limits. */
  readonly isExempt: (address: string) => boolean;
  readonly now?: () => number;
}

type Check = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** Registers the limiter and gives the check that runs before every handler. */
export async function createRateLimits(server: AppFastify, options: RateLimitOptions): Promise<Check> {
  await server.register(rateLimit, { global: false, cache: maxCounters });
  const isRaised = rememberRaised(server, options.now ?? Date.now);
  const counters = new Map<Limit, ReturnType<AppFastify['createRateLimit']>>();
  for (const limit of [byDefault, ...Object.values(limitsByRoute).flat()]) {
    counters.set(limit, createCounter(server, limit, isRaised));
  }
  return async (request, reply) => {
    if (options.isExempt(request.ip)) return undefined;
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

/** Remembers for a day the addresses from which a route saw somebody trusted. */
function rememberRaised(server: AppFastify, now: () => number): (address: string) => boolean {
  const raised = new Map<string, number>();
  server.addHook('onResponse', (request, _reply, done) => {
    if (request.raisesLimits) {
      raised.delete(request.ip);
      raised.set(request.ip, now() + raisedForMs);
      keepNewest(raised, maxCounters);
    }
    done();
  });
  return (address) => (raised.get(address) ?? 0) > now();
}

function createCounter(
  server: AppFastify,
  limit: Limit,
  isRaised: (address: string) => boolean,
): ReturnType<AppFastify['createRateLimit']> {
  const maxOf = (request: FastifyRequest): number => {
    if (keyOf(request) === anonymousKey && limit.maxForAnonymous !== undefined) return limit.maxForAnonymous;
    return isRaised(request.ip) ? (limit.raisedMax ?? limit.max) : limit.max;
  };
  return server.createRateLimit({
    timeWindow: limit.seconds * 1000,
    max: (request) => maxOf(request) * (request.isLocal ? localFactor : 1),
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

/** An address of this computer or of a private network. */
export function isPrivate(address: string): boolean {
  return ipaddr.isValid(address) && privateRanges.has(ipaddr.process(address).range());
}
