import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import {
  afterStrike,
  proxyLimit,
  proxyMemoryMs,
  softTerms,
  type Strikes,
} from '#shared/horde/addresses/strikes.ts';
import { notify } from '../suspicion/index.ts';

/** What a strike leaves, for the copy in memory. */
export interface Struck {
  readonly holder: string;
  readonly expires: number;
}

export function holderOfUser(userId: number): string {
  return `user:${userId}`;
}

/**
 * Adds a strike and the timeout that it brings; a timeout never gets shorter (STR-01, STR-05).
 * @returns until when the holder is shut out
 */
export function* strike(
  query: Query,
  { holder, now, isSoft }: { readonly holder: string; readonly now: number; readonly isSoft: boolean },
): Work<Struck> {
  const before = yield* strikesOf(query, holder);
  const { strikes, timeoutExpires } = afterStrike(before, now, isSoft ? softTerms : undefined);
  yield* keepStrikes(query, holder, strikes);
  return { holder, expires: yield* addTimeout(query, holder, timeoutExpires) };
}

/** Counts a rejected prompt that came through a proxy; too many within an hour are told (STR-04). */
export function* countProxy(query: Query, address: string, now: number): Work<void> {
  const holder = `proxy:${address}`;
  const before = yield* strikesOf(query, holder);
  const strikes = before && before.expires > now ? before.strikes + 1 : 1;
  yield* keepStrikes(query, holder, { strikes, expires: now + proxyMemoryMs });
  if (strikes === proxyLimit + 1) {
    yield* notify(query, { kind: 'proxy-strikes', subject: address, detail: { strikes }, now });
  }
}

/** @returns when it ends: as asked, or later where it was to last longer already */
export function* addTimeout(query: Query, holder: string, expires: number): Work<number> {
  const before = yield* row(query.selectFrom('horde_timeouts').selectAll().where('holder', '=', holder));
  const until = Math.max(expires, before?.expires ?? 0);
  yield* run(
    query
      .insertInto('horde_timeouts')
      .values({ holder, expires: until })
      .onConflict((conflict) => conflict.column('holder').doUpdateSet({ expires: until })),
  );
  return until;
}

/** @returns when it ends: as asked, or later where it was to last longer already */
export function* addBlock(query: Query, network: string, expires: number): Work<number> {
  const before = yield* row(query.selectFrom('horde_ip_blocks').selectAll().where('network', '=', network));
  const until = Math.max(expires, before?.expires ?? 0);
  yield* run(
    query
      .insertInto('horde_ip_blocks')
      .values({ network, expires: until })
      .onConflict((conflict) => conflict.column('network').doUpdateSet({ expires: until })),
  );
  return until;
}

/** Lifts a timeout and forgets the strikes behind it. */
export function* liftTimeout(query: Query, holder: string): Work<void> {
  yield* run(query.deleteFrom('horde_timeouts').where('holder', '=', holder));
  yield* run(query.deleteFrom('horde_strikes').where('holder', '=', holder));
}

export function* liftBlock(query: Query, network: string): Work<void> {
  yield* run(query.deleteFrom('horde_ip_blocks').where('network', '=', network));
}

/** Everything that still holds. */
export function* activeAddresses(query: Query, now: number) {
  const timeouts = yield* rows(query.selectFrom('horde_timeouts').selectAll().where('expires', '>', now));
  const blocks = yield* rows(query.selectFrom('horde_ip_blocks').selectAll().where('expires', '>', now));
  return { timeouts, blocks };
}

/** Deletes what holds no more. */
export function* forgetExpired(query: Query, now: number): Work<void> {
  for (const table of ['horde_timeouts', 'horde_strikes', 'horde_ip_blocks'] as const) {
    yield* run(query.deleteFrom(table).where('expires', '<=', now));
  }
}

function* strikesOf(query: Query, holder: string): Work<Strikes | undefined> {
  return yield* row(
    query.selectFrom('horde_strikes').select(['strikes', 'expires']).where('holder', '=', holder),
  );
}

function* keepStrikes(query: Query, holder: string, strikes: Strikes): Work<void> {
  yield* run(
    query
      .insertInto('horde_strikes')
      .values({ holder, ...strikes })
      .onConflict((conflict) => conflict.column('holder').doUpdateSet({ ...strikes })),
  );
}
