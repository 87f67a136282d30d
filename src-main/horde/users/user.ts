import type { UsersTable } from '#main/db/tables/horde-accounts.ts';
import type { Selectable } from 'kysely';

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
  readonly isDeleted: boolean;
  readonly hasPublicWorkers: boolean;
  readonly concurrency: number;
  readonly workerInvited: number;
  readonly contact: string | undefined;
  readonly adminComment: string | undefined;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly kudosCents: number;
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** A row of `users` with its cached balance, as a user; an admin is a moderator too (ROL-02). */
export function userFromRow(row: Selectable<UsersTable> & { balance: number }): User {
  const isAdmin = row.is_admin === 1;
  return {
    id: row.id,
    username: row.username,
    alias: `${row.username}#${row.id}`,
    isAnonymous: row.oauth_id === 'anon',
    isPseudonymous: uuid.test(row.oauth_id),
    isAdmin,
    isModerator: isAdmin || row.is_moderator === 1,
    isTrusted: isAdmin || row.is_trusted === 1,
    isFlagged: row.is_flagged === 1,
    isService: row.is_service === 1,
    isEducation: row.is_education === 1,
    isCustomizer: row.is_customizer === 1,
    isDeleted: row.deleted_at !== null,
    hasPublicWorkers: row.public_workers === 1,
    concurrency: row.concurrency,
    workerInvited: row.worker_invited,
    contact: row.contact ?? undefined,
    adminComment: row.admin_comment ?? undefined,
    created: row.created,
    kudosCents: row.balance,
  };
}
