import type { Generated } from 'kysely';

/** An account of the private horde (`accounts-and-safety.md` 1.1). Flags are 0 or 1. */
export interface UsersTable {
  id: Generated<number>;
  username: string;
  /** External identity; decides the kind of the account: `anon`, a UUID (pseudonymous) or anything else. */
  oauth_id: string;
  /** HMAC-SHA-256 of the key, hex; null for accounts that have none. */
  key_digest: string | null;
  key_rotated_at: number | null;
  created: number;
  last_active: number;
  contact: string | null;
  admin_comment: string | null;
  concurrency: number;
  worker_invited: number;
  public_workers: number;
  is_admin: number;
  is_moderator: number;
  is_trusted: number;
  is_flagged: number;
  is_service: number;
  is_education: number;
  is_customizer: number;
  is_vpn: Generated<number>;
  is_special: Generated<number>;
  /** Factor of the usage statistic, in thousandths; it never changes a cost (`kudos.md` 1.12). */
  usage_permille: Generated<number>;
  /** Recurring kudos, in cents, besides what a role gives. */
  monthly_cents: Generated<number>;
  /** When the last instalment was due. */
  monthly_last_received: Generated<number | null>;
  /** HMAC-SHA-256 of the proxy passkey, hex (`accounts-and-safety.md` 1.8). */
  passkey_digest: Generated<string | null>;
  terms_version: Generated<string | null>;
  terms_accepted_at: Generated<number | null>;
  deleted_at: number | null;
  /** A tombstone: no lookup finds it any more (ACC-54). */
  wiped_at: Generated<number | null>;
  registered_via: 'owner' | 'seed' | 'invite' | 'open' | 'oidc' | 'moderator';
}

/** Totals that accompany movements (`kudos.md` 1.19): kudos actions in cents, records in whole units. */
export interface UserStatisticTable {
  user_id: number;
  name: string;
  amount: number;
}

/** A side of the ledger; `balance` is a cache of the sum of its postings. */
export interface KudosAccountTable {
  id: Generated<number>;
  kind: 'user' | 'escrow' | 'system';
  user_id: number | null;
  name: string | null;
  balance: number;
  /** A user's balance never stays below it; null for system accounts. */
  floor: number | null;
}

/** One business movement. `key` is unique: that is what makes a repeat harmless. */
export interface KudosEventTable {
  id: Generated<number>;
  key: string;
  type: string;
  request_id: string | null;
  job_id: string | null;
  created: number;
  /** The lines that were asked for, as JSON: a repeat is compared with them. */
  detail: string;
}

export interface KudosPostingTable {
  id: Generated<number>;
  event_id: number;
  account_id: number;
  amount: number;
  balance_after: number;
}

/** Kudos that an account cannot spend elsewhere until its request ends. */
export interface KudosHoldTable {
  key: string;
  user_id: number;
  original: number;
  remaining: number;
  created: number;
  /** Null while it is active. */
  released: number | null;
}

/** Tables of accounts and kudos. Times are milliseconds since the epoch, kudos are integer cents. */
export interface HordeAccountTables {
  users: UsersTable;
  user_statistic: UserStatisticTable;
  kudos_account: KudosAccountTable;
  kudos_event: KudosEventTable;
  kudos_posting: KudosPostingTable;
  kudos_hold: KudosHoldTable;
}
