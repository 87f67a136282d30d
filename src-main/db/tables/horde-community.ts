import type { Generated } from 'kysely';
import type { DocumentName } from '#shared/horde/documents/schema.ts';

/** A team of workers. Flags are 0 or 1, times milliseconds since the epoch, kudos integer cents. */
export interface HordeTeamTable {
  id: string;
  user_id: number;
  name: string;
  /** Lower case: names are unique without regard to case. */
  name_key: string;
  info: string | null;
  /** Whether a worker's owner may join without the team's owner. */
  is_open: number;
  created: number;
  /** Totals of what members did while they were members. */
  pixelsteps: Generated<number>;
  fulfilments: Generated<number>;
  kudos_cents: Generated<number>;
  uptime_seconds: Generated<number>;
}

/** A worker is in one team at most. */
export interface HordeTeamMemberTable {
  worker_id: string;
  team_id: string;
  joined: number;
}

/** A note delivered with every pop until it expires; without a worker it is for all. */
export interface HordeWorkerMessageTable {
  id: string;
  user_id: number;
  worker_id: string | null;
  message: string;
  origin: string;
  created: number;
  expiry: number;
}

/** One version of a document of the horde; the newest is in force. */
export interface HordeDocumentTable {
  name: DocumentName;
  version: number;
  markdown: string;
  created: number;
  /** When accounts that have not accepted it are refused; null when nobody has to. */
  must_accept_from: number | null;
}

export interface HordeNewsTable {
  id: string;
  /** `YYYY-MM-DD`. */
  date_published: string;
  created: number;
  title: string | null;
  newspiece: string;
  importance: string;
  /** Lists of texts as JSON. */
  tags: string;
  more_info_urls: string;
}

/** Tables of teams, messages, documents and news. */
export interface HordeCommunityTables {
  horde_teams: HordeTeamTable;
  horde_team_members: HordeTeamMemberTable;
  horde_worker_messages: HordeWorkerMessageTable;
  horde_documents: HordeDocumentTable;
  horde_news: HordeNewsTable;
}
