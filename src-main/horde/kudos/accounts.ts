import { type Query, row, type Work } from '#main/db/work.ts';

/** What a user has and may not go below, in cents; nothing of a user without an account. */
export function* userAccount(
  query: Query,
  userId: number,
): Work<{ readonly balance: number; readonly floor: number | null } | undefined> {
  return yield* row(
    query
      .selectFrom('kudos_account')
      .select(['balance', 'floor'])
      .where('kind', '=', 'user')
      .where('user_id', '=', userId),
  );
}
