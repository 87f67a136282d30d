import type { Generated } from 'kysely';

/** A UUID that stands in for its owner's key (`accounts-and-safety.md` 6.1). */
export interface SharedKeyTable {
  id: string;
  user_id: number;
  name: string | null;
  /** What may still be spent with it, in cents; null is no limit. */
  allowance_cents: number | null;
  utilized_cents: number;
  /** Milliseconds since the epoch; null is never. */
  expiry: number | null;
  /** Limits of one job; -1 is none, 0 forbids the kind. */
  max_image_pixels: number;
  max_image_steps: number;
  max_text_tokens: number;
  created: number;
}

/** A code that lets somebody make an account (ACC-24). */
export interface HordeInviteTable {
  id: Generated<number>;
  /** HMAC-SHA-256 of the code, hex; the code itself is nowhere. */
  code_digest: string;
  /** `InvitePreset` as JSON. */
  preset: string;
  uses_left: number;
  created: number;
  created_by: number;
  expiry: number;
}

/** Accounts made in the last hour, which is what the limit of ACC-25 counts. */
export interface HordeRegistrationTable {
  user_id: number;
  created: number;
  ip: string;
}

/** Tables of shared keys and registration. Times are milliseconds since the epoch, kudos integer cents. */
export interface HordeAccessTables {
  shared_keys: SharedKeyTable;
  horde_invites: HordeInviteTable;
  horde_registrations: HordeRegistrationTable;
}
