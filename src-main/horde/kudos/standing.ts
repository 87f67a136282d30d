import { sql } from 'kysely';
import { prepared, preparedRows } from '#main/db/prepared.ts';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { accountKind, type Standing, suspiciousPoints } from '#shared/horde/kudos/accounts.ts';

/** What movements ask about a user. */
export interface Party extends Omit<Standing, 'points' | 'ageMs'> {
  readonly id: number;
  readonly isEducation: boolean;
  readonly isModerator: boolean;
  readonly isAdmin: boolean;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly lastActive: number;
  /** Factor of the usage statistic, in thousandths. */
  readonly usagePermille: number;
}

const usersOf = preparedRows((query, ids: ReadonlyArray<{ id: number }>) =>
  query
    .selectFrom('users')
    .select(['id', 'oauth_id', 'created', 'last_active', 'deleted_at', 'usage_permille'])
    .select(['is_admin', 'is_moderator', 'is_trusted', 'is_flagged', 'is_education'])
    .where(
      'id',
      'in',
      ids.map(({ id }) => id),
    )
    .where('wiped_at', 'is', null),
);

/** The users of a movement, by id; wiped ones are not found. */
export function* partiesOf(query: Query, ids: readonly number[]): Work<ReadonlyMap<number, Party>> {
  const found = yield* rows(
    usersOf(
      query,
      [...new Set(ids)].map((id) => ({ id })),
    ),
  );
  const parties = found.map((user) => ({
    id: user.id,
    isAnonymous: accountKind(user.oauth_id) === 'anonymous',
    isTrusted: user.is_trusted === 1 || user.is_admin === 1,
    isModerator: user.is_moderator === 1 || user.is_admin === 1,
    isAdmin: user.is_admin === 1,
    isFlagged: user.is_flagged === 1,
    isEducation: user.is_education === 1,
    isDeleted: user.deleted_at !== null,
    created: user.created,
    lastActive: user.last_active,
    usagePermille: user.usage_permille,
  }));
  return new Map(parties.map((party) => [party.id, party]));
}

export function* partyOf(query: Query, id: number): Work<Party | undefined> {
  return (yield* partiesOf(query, [id])).get(id);
}

const activeEveryMs = 60_000;

/** Notes that users do something, at most once a minute each. The anonymous account is nobody's. */
export function* noteActive(query: Query, parties: Iterable<Party>, now: number): Work<void> {
  const stale = [...parties].filter((party) => !party.isAnonymous && now - party.lastActive >= activeEveryMs);
  if (stale.length === 0) return;
  const ids = stale.map((party) => party.id);
  yield* run(query.updateTable('users').set({ last_active: now }).where('id', 'in', ids));
}

/** Points of suspicion of an account, counted up to where more mean the same. */
export function* pointsOf(query: Query, userId: number): Work<number> {
  const found = yield* rows(
    query
      .selectFrom('horde_user_suspicions')
      .select('id')
      .where('user_id', '=', userId)
      .limit(sql.lit(suspiciousPoints)),
  );
  return found.length;
}

const escrowOf = prepared((query, { userId }: { userId: number }) =>
  query
    .selectFrom('kudos_account')
    .select('balance')
    .where('kind', '=', 'escrow')
    .where('user_id', '=', userId),
);

/** What an account has in escrow, in cents. */
export function* escrowCents(query: Query, userId: number): Work<number> {
  const escrow = yield* row(escrowOf(query, { userId }));
  return escrow?.balance ?? 0;
}
