import type { UsersTable } from '#main/db/tables/horde-accounts.ts';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '#main/db/schema.ts';
import { type Query, row, type Work } from '#main/db/work.ts';
import { accountKind } from '#shared/horde/kudos/accounts.ts';

/** An account as the features of the horde see it. */
export interface User {
  readonly id: number;
  readonly username: string;
  /** `username#id`. */
  readonly alias: string;
  readonly isAnonymous: boolean;
  /** Registered without a sign-in provider: nobody can recover its key. */
  readonly isPseudonymous: boolean;
  readonly isAdmin: boolean;
  readonly isModerator: boolean;
  readonly isTrusted: boolean;
  readonly isFlagged: boolean;
  readonly isService: boolean;
  readonly isEducation: boolean;
  readonly isCustomizer: boolean;
  readonly isVpn: boolean;
  readonly isSpecial: boolean;
  readonly isDeleted: boolean;
  readonly hasPublicWorkers: boolean;
  readonly concurrency: number;
  readonly workerInvited: number;
  readonly contact: string | undefined;
  readonly adminComment: string | undefined;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly kudosCents: number;
  /** Factor of the usage statistic; it never changes a cost. */
  readonly usageMultiplier: number;
  /** Recurring kudos, besides what a role gives. */
  readonly monthlyCents: number;
  readonly monthlyLastReceived: number | undefined;
  /** Milliseconds since the epoch, while it is being deleted. */
  readonly deletedAt: number | undefined;
  readonly hasPasskey: boolean;
  /** Version of the terms that was accepted last. */
  readonly termsVersion: string | undefined;
}

/** A row of `users` with its cached balance, as a user; an admin is a moderator too (ROL-02). */
export function userFromRow(row: Selectable<UsersTable> & { balance: number }): User {
  const isAdmin = row.is_admin === 1;
  return {
    id: row.id,
    username: row.username,
    alias: `${row.username}#${row.id}`,
    isAnonymous: accountKind(row.oauth_id) === 'anonymous',
    isPseudonymous: accountKind(row.oauth_id) === 'pseudonymous',
    isAdmin,
    isModerator: isAdmin || row.is_moderator === 1,
    isTrusted: isAdmin || row.is_trusted === 1,
    isFlagged: row.is_flagged === 1,
    isService: row.is_service === 1,
    isEducation: row.is_education === 1,
    isCustomizer: row.is_customizer === 1,
    isVpn: row.is_vpn === 1,
    isSpecial: row.is_special === 1,
    isDeleted: row.deleted_at !== null,
    hasPublicWorkers: row.public_workers === 1,
    concurrency: row.concurrency,
    workerInvited: row.worker_invited,
    contact: row.contact ?? undefined,
    adminComment: row.admin_comment ?? undefined,
    created: row.created,
    kudosCents: row.balance,
    usageMultiplier: row.usage_permille / 1000,
    monthlyCents: row.monthly_cents,
    monthlyLastReceived: row.monthly_last_received ?? undefined,
    deletedAt: row.deleted_at ?? undefined,
    hasPasskey: row.passkey_digest !== null,
    termsVersion: row.terms_version ?? undefined,
  };
}

/**
 * Accounts with their balance; wiped ones are never found. The balance is asked for by itself: for one wide row
 * out of a join SQLite takes eight times as long, and every call of the API asks for one.
 */
export function selectUsers(db: Kysely<Database>) {
  return db
    .selectFrom('users')
    .selectAll('users')
    .select((e) =>
      e.fn
        .coalesce(
          e
            .selectFrom('kudos_account')
            .select('kudos_account.balance')
            .whereRef('kudos_account.user_id', '=', 'users.id')
            .where('kudos_account.kind', '=', 'user'),
          e.lit(0),
        )
        .as('balance'),
    )
    .where('users.wiped_at', 'is', null);
}

/** An account as it is inside a unit. */
export function* findUser(query: Query, id: number): Work<User | undefined> {
  const found = yield* row(selectUsers(query).where('users.id', '=', id));
  return found && userFromRow(found);
}
