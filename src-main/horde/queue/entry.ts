import type { Selectable } from 'kysely';
import type { HordeRequestTable } from '#main/db/tables/horde-work.ts';
import { type MatchKey, matchKeyOf, type MatchKind } from '#shared/horde/jobs/match.ts';
import type { RequestShape } from '#shared/horde/requests/rules.ts';

/** A request with open slots, as finding work sees it. Prompt and parameters stay in the database. */
export interface QueueEntry {
  readonly id: string;
  readonly score: number;
  readonly seq: number;
  readonly userId: number;
  readonly key: MatchKey;
  /** Workers that it names, at most five. */
  readonly workers: readonly string[];
  readonly workerBlacklist: boolean;
  /** Pixelsteps of one picture. */
  readonly things: number;
  /** What a worker earns with one picture, in cents: an upfront worker asks for that much. */
  readonly priceCents: number;
  /** Slots that a pop may take. */
  open: number;
}

/** Columns from which an entry is made. */
export type QueueRow = Pick<
  Selectable<HordeRequestTable>,
  'id' | 'seq' | 'score' | 'user_id' | 'shape' | 'things' | 'open_slots' | 'base_kudos'
>;

/** What was asked, as it was accepted. */
export function shapeOf(row: Pick<QueueRow, 'shape'>): RequestShape {
  // Only the accepting unit writes this column.
  return JSON.parse(row.shape) as RequestShape;
}

/** @param intern gives the one object that stands for a kind */
export function entryOf(row: QueueRow, intern: (kind: MatchKind) => MatchKind): QueueEntry {
  const shape = shapeOf(row);
  const { models, kind } = matchKeyOf(shape);
  return {
    id: row.id,
    score: row.score,
    seq: row.seq,
    userId: row.user_id,
    key: { models, kind: intern(kind) },
    workers: shape.workers,
    workerBlacklist: shape.workerBlacklist,
    things: row.things,
    priceCents: Math.round(row.base_kudos * 100),
    open: row.open_slots,
  };
}

/** The workers alone that may do it, if it says so. */
export function whitelistOf(entry: QueueEntry): readonly string[] {
  return entry.workerBlacklist ? [] : entry.workers;
}
