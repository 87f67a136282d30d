import type { Generated } from 'kysely';

/** A filter that moderators made; the built-in ones are part of the program. */
export interface HordeFilterTable {
  /** What the API shows is higher: ids below are those of built-in filters. */
  id: Generated<number>;
  regex: string;
  filter_type: number;
  description: string | null;
  replacement: string;
  editor_id: number;
  /** 0 once it has taken too long. */
  is_enabled: number;
  changed: number;
}

/** Who may not ask for now. `holder` is an address, an IPv6 network of 64 bits or `user:<id>`. */
export interface HordeTimeoutTable {
  holder: string;
  expires: number;
}

/** Rejected prompts that are still remembered, by holder; `proxy:<address>` counts a proxy's. */
export interface HordeStrikeTable {
  holder: string;
  strikes: number;
  expires: number;
}

/** A blocked network in canonical form: base address and prefix. */
export interface HordeIpBlockTable {
  network: string;
  expires: number;
}

export interface HordeBannedAgentTable {
  agent: string;
  match: 'exact' | 'prefix';
  created: number;
}

export interface HordeUserSuspicionTable {
  id: Generated<number>;
  user_id: number;
  /** `accounts-and-safety.md` 3.1. */
  code: number;
  created: number;
  /** A short machine reason, for moderators. */
  detail: string;
}

export interface HordeWorkerSuspicionTable {
  id: Generated<number>;
  worker_id: string;
  code: number;
  created: number;
  detail: string;
}

/** A prompt that was rejected (`accounts-and-safety.md` 5.5). */
export interface HordePromptReportTable {
  id: Generated<number>;
  created: number;
  user_id: number;
  proxied_account: string | null;
  /** Null once addresses are no longer kept. */
  ip: string | null;
  client_agent: string;
  /** Normalised. */
  prompt: string;
  /** JSON array of the ids of the filters that matched. */
  filter_ids: string;
}

/** A result that a worker reported as abuse (GEN-04). */
export interface HordeProblemJobTable {
  id: Generated<number>;
  created: number;
  user_id: number;
  worker_id: string;
  job_id: string;
  /** IPv6 as its /64. */
  ip: string | null;
  proxied_account: string | null;
}

/** Something that moderators are told in their panel. */
export interface HordeNoticeTable {
  id: Generated<number>;
  created: number;
  kind: string;
  subject: string;
  /** JSON. */
  detail: string;
}

export interface HordeModerationTables {
  horde_filters: HordeFilterTable;
  horde_timeouts: HordeTimeoutTable;
  horde_strikes: HordeStrikeTable;
  horde_ip_blocks: HordeIpBlockTable;
  horde_banned_agents: HordeBannedAgentTable;
  horde_user_suspicions: HordeUserSuspicionTable;
  horde_worker_suspicions: HordeWorkerSuspicionTable;
  horde_prompt_reports: HordePromptReportTable;
  horde_problem_jobs: HordeProblemJobTable;
  horde_notices: HordeNoticeTable;
}
