import type { Generated } from 'kysely';

/** An OpenID Connect provider; its client secret is kept by the secrets port. */
export interface HordeSignInProviderTable {
  id: string;
  name: string;
  /** 0 or 1. */
  enabled: number;
  issuer: string;
  client_id: string;
  /** List of texts as JSON. */
  scopes: string;
  subject_claim: string;
  groups_claim: string;
  /** 0 or 1. */
  private_network: number;
  /** 0 or 1. */
  device_code: number;
  /** `AllowRules` as JSON. */
  allow: string;
  on_first_login: 'create' | 'approval' | 'deny';
  /** List of `{group, role}` as JSON. */
  role_map: string;
}

/** What was used once and may not be used again before it expires by itself. */
export interface HordeSignInUsedTable {
  id: string;
  expires: number;
}

/** Somebody who waits to be let in. */
export interface HordeSignInRequestTable {
  id: Generated<number>;
  /** As it would stand in `users.oauth_id`. */
  identity: string;
  provider_id: string;
  username: string;
  /** The terms that were accepted, if there were any. */
  terms_version: string | null;
  created: number;
}

/** Tables of sign-in with a provider. Times are milliseconds since the epoch. */
export interface HordeSignInTables {
  horde_signin_providers: HordeSignInProviderTable;
  horde_signin_used: HordeSignInUsedTable;
  horde_signin_requests: HordeSignInRequestTable;
}
