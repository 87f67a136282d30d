import type { Generated } from 'kysely';
import type { AlchemyForm } from '#shared/horde/alchemy/forms.ts';
import type { FormState } from '#shared/horde/alchemy/states.ts';

/** A picture to which forms are asked. Flags are 0 or 1, times milliseconds since the epoch. */
export interface HordeAlchemyRequestTable {
  id: string;
  user_id: number;
  /** Pixels of the stored source picture. */
  width: number;
  height: number;
  slow_workers: number;
  client_agent: string;
  ip: string;
  /** Where each finished form is told. */
  webhook: string | null;
  created: number;
  expiry: number;
}

/** One form of a request, with what finding work reads of the request. */
export interface HordeAlchemyFormTable {
  /** Order of arrival; breaks ties of `priority`. */
  seq: Generated<number>;
  /** What its worker calls it. Each time it is handed out again it has a new one. */
  id: string;
  request_id: string;
  user_id: number;
  name: AlchemyForm;
  state: FormState;
  /** Texts by name as JSON. */
  payload: string | null;
  priority: number;
  tiles: number;
  slow_workers: number;
  /** Only for workers of trusted owners. */
  needs_trust: number;
  /** What its worker earns. */
  reward_cents: number;
  failures: number;
  /** Who has it, or had it last. */
  worker_id: string | null;
  worker_owner_id: number | null;
  worker_name: string | null;
  started: number | null;
  /** When an unanswered form is given up. */
  deadline: number | null;
  /** Digest of the last submit that counted: an identical repeat is answered alike. */
  digest: string | null;
  /** The value under the form's name as JSON; null for a picture. */
  result: string | null;
  has_picture: number;
}

/** A hidden form about a made-up picture for a paused worker (`accounts-and-safety.md` PAU-01 to 03). */
export interface HordeAlchemyDecoyTable {
  id: string;
  worker_id: string;
  worker_owner_id: number;
  /** The request that occasioned it; none of its bytes is in the decoy. */
  request_id: string;
  name: AlchemyForm;
  state: FormState;
  started: number;
  deadline: number;
  /** What the submit's answer claims; nothing moves. */
  reward_cents: number;
  digest: string | null;
}

export interface HordeAlchemyTables {
  horde_alchemy_requests: HordeAlchemyRequestTable;
  horde_alchemy_forms: HordeAlchemyFormTable;
  horde_alchemy_decoys: HordeAlchemyDecoyTable;
}
