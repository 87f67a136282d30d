import { type Query, row, run, type Work } from '#main/db/work.ts';
import { userAccount } from './accounts.ts';

/** Key of the hold of a request that has to be paid for up front. */
export const upfrontKey = (requestId: string): string => `upfront:${requestId}`;

/** What an account may spend: balance less floor less active holds, in cents (`kudos.md` 4.2). */
export function* availableCents(query: Query, userId: number): Work<number> {
  const account = yield* userAccount(query, userId);
  const held = yield* row(
    query
      .selectFrom('kudos_hold')
      .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('remaining'), eb.lit(0)).as('cents'))
      .where('user_id', '=', userId)
      .where('released', 'is', null),
  );
  return (account?.balance ?? 0) - (account?.floor ?? 0) - Number(held?.cents ?? 0);
}

/**
 * Reserves an amount for a request, unless too little is available.
 * @returns whether the hold was placed
 */
export function* placeHold(
  query: Query,
  hold: { readonly requestId: string; readonly userId: number; readonly cents: number; readonly now: number },
): Work<boolean> {
  if ((yield* availableCents(query, hold.userId)) < hold.cents) return false;
  yield* run(
    query.insertInto('kudos_hold').values({
      key: upfrontKey(hold.requestId),
      user_id: hold.userId,
      original: hold.cents,
      remaining: hold.cents,
      created: hold.now,
      released: null,
    }),
  );
  return true;
}

/** A debit of the request uses up its hold as far as that reaches. */
export function* consumeHold(query: Query, requestId: string, cents: number): Work<void> {
  yield* run(
    query
      .updateTable('kudos_hold')
      .set((eb) => ({ remaining: eb.fn<number>('max', [eb('remaining', '-', cents), eb.lit(0)]) }))
      .where('key', '=', upfrontKey(requestId))
      .where('released', 'is', null),
  );
}

/** Gives back what is left of a request's hold; harmless when there is none. */
export function* releaseHold(query: Query, requestId: string, now: number): Work<void> {
  yield* run(
    query
      .updateTable('kudos_hold')
      .set({ released: now })
      .where('key', '=', upfrontKey(requestId))
      .where('released', 'is', null),
  );
}
