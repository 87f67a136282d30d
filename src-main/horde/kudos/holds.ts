import { sql } from 'kysely';
import { prepared } from '#main/db/prepared.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { userAccount } from './accounts.ts';

/** Key of the hold of a request that has to be paid for up front. */
export const upfrontKey = (requestId: string): string => `upfront:${requestId}`;

const heldBy = prepared((query, { userId }: { userId: number }) =>
  query
    .selectFrom('kudos_hold')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('remaining'), eb.lit(0)).as('cents'))
    .where('user_id', '=', userId)
    .where('released', 'is', null),
);

const lowerHold = prepared((query, { key, cents }: { key: string; cents: number }) =>
  query
    .updateTable('kudos_hold')
    .set((eb) => ({
      remaining: eb
        .case()
        .when('remaining', '>', cents)
        .then(eb('remaining', '-', cents))
        .else(0)
        .end(),
    }))
    .where('key', '=', key)
    .where('released', 'is', null),
);

const markReleased = prepared((query, { key, now }: { key: string; now: number }) =>
  query.updateTable('kudos_hold').set({ released: now }).where('key', '=', key).where('released', 'is', null),
);

/** What an account may spend: balance less floor less active holds, in cents (`kudos.md` 4.2). */
export function* availableCents(query: Query, userId: number): Work<number> {
  const account = yield* userAccount(query, userId);
  const held = yield* row(heldBy(query, { userId }));
  return (account?.balance ?? 0) - (account?.floor ?? 0) - Number(held?.cents ?? 0);
}

/**
 * Reserves an amount for a request, unless too little is available. An active hold of the request stays as
 * it is; a released one is armed again, for the same payer alone.
 * @returns whether the request has a hold now
 */
export function* placeHold(
  query: Query,
  hold: { readonly requestId: string; readonly userId: number; readonly cents: number; readonly now: number },
): Work<boolean> {
  const { userId, cents, now } = hold;
  if (cents <= 0) return true;
  const key = upfrontKey(hold.requestId);
  const known = yield* row(query.selectFrom('kudos_hold').selectAll().where('key', '=', key));
  if (known && known.user_id !== userId) return false;
  if (known?.released === null) return true;
  if ((yield* availableCents(query, userId)) < cents) return false;
  const armed = { original: cents, remaining: cents, created: now, released: null };
  if (known) yield* run(query.updateTable('kudos_hold').set(armed).where('key', '=', key));
  else yield* run(query.insertInto('kudos_hold').values({ key, user_id: userId, ...armed }));
  return true;
}

/** A debit of the request uses up its hold as far as that reaches. */
export function* consumeHold(query: Query, requestId: string, cents: number): Work<void> {
  yield* run(lowerHold(query, { key: upfrontKey(requestId), cents }));
}

/** Gives back what is left of a request's hold; harmless when there is none. */
export function* releaseHold(query: Query, requestId: string, now: number): Work<void> {
  yield* run(markReleased(query, { key: upfrontKey(requestId), now }));
}

/** Gives back the holds of requests that are gone. @returns how many there were */
export function* releaseOrphanHolds(query: Query, now: number): Work<number> {
  return yield* run(
    query
      .updateTable('kudos_hold')
      .set({ released: now })
      .where('released', 'is', null)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('horde_requests as r')
              .select('r.id')
              .where(sql`'upfront:' || r.id`, '=', eb.ref('kudos_hold.key')),
          ),
        ),
      ),
  );
}
