import { prepared } from '#main/db/prepared.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { between, post } from './ledger.ts';

const accountOf = prepared((query, { userId }: { userId: number }) =>
  query
    .selectFrom('kudos_account')
    .select(['balance', 'floor'])
    .where('kind', '=', 'user')
    .where('user_id', '=', userId),
);

/** What a user has and may not go below, in cents; nothing of a user without an account. */
export function* userAccount(
  query: Query,
  userId: number,
): Work<{ readonly balance: number; readonly floor: number | null } | undefined> {
  return yield* row(accountOf(query, { userId }));
}

/** What a user has, in cents. */
export function* balanceCents(query: Query, userId: number): Work<number> {
  return (yield* userAccount(query, userId))?.balance ?? 0;
}

/** Opens a user's account; starting kudos come from the mint under `open:<user>`. */
export function* openKudosAccount(
  query: Query,
  input: { userId: number; floorCents: number; startCents: number; now: number },
): Work<void> {
  const { userId, floorCents: floor } = input;
  yield* run(
    query
      .insertInto('kudos_account')
      .values({ kind: 'user', user_id: userId, name: null, balance: 0, floor }),
  );
  if (input.startCents === 0) return;
  yield* post(query, {
    key: `open:${userId}`,
    type: 'OPENING',
    now: input.now,
    lines: between('mint', { userId }, input.startCents),
  });
}
