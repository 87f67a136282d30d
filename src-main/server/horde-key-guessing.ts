import { keepNewest } from '#shared/common/keep-newest.ts';
import type { Problem } from '#shared/common/problem.ts';
import type { AppFastify } from './fastify-base.ts';
import { localFactor } from './horde-rate-limits.ts';

const perMinute = 20;
const windowMs = 60_000;
const blockedMs = 5 * 60_000;
const maxAddresses = 50_000;

interface Guesses {
  count: number;
  /** When counting starts anew. */
  until: number;
}

/**
 * Slows the guessing of keys: more than 20 wrong ones in a minute from an address, and it hears 429 for
 * five minutes (`accounts-and-safety.md` RTE-01).
 * @param isExempt whether an address has no limits at all
 */
export function slowKeyGuessing(
  server: AppFastify,
  isExempt: (address: string) => boolean,
  now: () => number = Date.now,
): void {
  const guesses = new Map<string, Guesses>();
  const limitOf = ({ isLocal }: { isLocal: boolean }) => perMinute * (isLocal ? localFactor : 1);
  server.addHook('onRequest', (request, reply, done) => {
    const known = guesses.get(request.ip);
    if (!known || known.count <= limitOf(request) || request.headers['apikey'] === undefined) return done();
    if (known.until <= now()) {
      guesses.delete(request.ip);
      return done();
    }
    const seconds = Math.ceil((known.until - now()) / 1000);
    return reply
      .code(429)
      .header('retry-after', seconds)
      .send({ message: `Too many wrong keys. Try again in ${seconds} seconds.` } satisfies Problem);
  });
  server.addHook('onResponse', (request, reply, done) => {
    // Who sends no key guesses none.
    if (reply.statusCode === 401 && request.headers['apikey'] !== undefined)
      count(request.ip, limitOf(request));
    done();
  });

  function count(address: string, limit: number): void {
    const known = guesses.get(address);
    const fresh = known && known.until > now() ? known : { count: 0, until: now() + windowMs };
    fresh.count += 1;
    if (fresh.count === limit + 1) fresh.until = now() + blockedMs;
    guesses.delete(address);
    guesses.set(address, fresh);
    keepNewest(guesses, maxAddresses);
  }
}
