import type { Generated } from 'kysely';
import type { JobState } from '#shared/horde/jobs/states.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';

/** What a request asks for. */
export type RequestType = 'image' | 'text';

/** A request for images or texts. Flags are 0 or 1, times milliseconds since the epoch. */
export interface HordeRequestTable {
  /** Order of arrival; breaks ties of `score`. */
  seq: Generated<number>;
  id: string;
  type: Generated<RequestType>;
  user_id: number;
  /** `RequestShape` or `TextShape` as JSON: the prompt and everything that matching and payloads read. */
  shape: string;
  /** Pixelsteps of one picture, or the tokens that one text may have. */
  things: number;
  score: number;
  /** Results asked for; lowered to what was finished by a cancel. */
  asked: number;
  /** Slots that a pop may take: those never handed out and those that came back. */
  open_slots: number;
  /** First slot that was never handed out. */
  next_slot: number;
  is_cancelled: number;
  /** Kudos of one picture before surcharges, for a model of factor 1; the estimate for one text. */
  base_kudos: number;
  consumed_cents: number;
  /** Names of stored source pictures as JSON, or null: `{ image, mask?, extras }`. */
  sources: string | null;
  client_agent: string;
  created: number;
  expiry: number;
  /** Address of the caller; null for requests of before it was kept. */
  ip: string | null;
  /** Where each finished job is told. */
  webhook: string | null;
  style_id: string | null;
  /** Whose allowance every charge lowers. */
  shared_key_id: string | null;
  /** A service's name for who asked it. */
  proxied_account: string | null;
}

export interface HordeRequestModelTable {
  request_id: string;
  model: string;
}

/** One try of one slot of a request. */
export interface HordeJobTable {
  id: string;
  request_id: string;
  slot: number;
  /** From 1; with `slot` unique in its request. */
  attempt: number;
  worker_id: string;
  worker_owner_id: number;
  worker_name: string;
  model: string;
  state: JobState;
  /** The slot came back to the queue and no later job has taken it. */
  awaits_retry: number;
  started: number;
  /** When an unanswered job is given up. */
  deadline: number;
  /** Digest of the accepted submit: an identical repeat is answered alike. */
  digest: string | null;
  reward_cents: number;
  seed: string | null;
  metadata: string;
  is_censored: number;
  has_picture: number;
  /** What a text job made. */
  text: string | null;
}

export interface HordeWorkerTable {
  id: string;
  kind: Generated<WorkerKind>;
  user_id: number;
  name: string;
  /** Lower case: names are unique without regard to case. */
  name_key: string;
  info: string | null;
  ip: string;
  created: number;
  last_check_in: number;
  /** The profile of its kind in the last stored pop as JSON. */
  profile: string;
  maintenance: number;
  maintenance_msg: string | null;
  paused: number;
  fulfilments: number;
  uncompleted: number;
  /** Jobs aborted since `aborted_since`, for automatic maintenance. */
  aborted: number;
  aborted_since: number;
  things: number;
  reward_cents: number;
  /** Milliseconds. */
  uptime: number;
  /** The uptime up to which uptime was rewarded or is lost. */
  rewarded_uptime: number;
  uptime_cents: number;
  /** The newest speeds in things a second (alchemists: seconds a form), as JSON, at most 20. */
  samples: string;
}

/** A hidden job with a made-up prompt for a paused worker (`accounts-and-safety.md` PAU-01 to 03). */
export interface HordeDecoyTable {
  id: string;
  type: Generated<RequestType | 'interrogation'>;
  worker_id: string;
  worker_owner_id: number;
  /** The request that occasioned it; none of its bytes is in the decoy. */
  request_id: string;
  state: JobState;
  started: number;
  deadline: number;
  /** What the submit's answer claims; nothing moves. */
  reward_cents: number;
  digest: string | null;
}

/** Finished jobs of a model by the minute in which they ended; older ones are merged into longer spans. */
export interface HordeStatTable {
  type: RequestType;
  model: string;
  start: number;
  jobs: number;
  /** Pixelsteps or tokens. */
  things: number;
}

export interface HordeModeTable {
  name: 'maintenance_mode' | 'invite_only_mode' | 'raid_mode';
  is_on: number;
  changed: number;
}

/** Append-only: who changed what on the horde. */
export interface HordeAuditTable {
  id: Generated<number>;
  created: number;
  actor_id: number;
  action: string;
  detail: string;
}

export interface HordeWorkTables {
  horde_requests: HordeRequestTable;
  horde_request_models: HordeRequestModelTable;
  horde_jobs: HordeJobTable;
  horde_workers: HordeWorkerTable;
  horde_decoys: HordeDecoyTable;
  horde_stats: HordeStatTable;
  horde_modes: HordeModeTable;
  horde_audit: HordeAuditTable;
}
