import type { Selectable } from 'kysely';
import type { HordeRequestTable, RequestType } from '#main/db/tables/horde-work.ts';
import type { MatchKey } from '#shared/horde/jobs/match.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';

/** A request with open slots, as finding work sees it. Prompt and parameters stay in the database. */
export interface QueueEntry<Kind> {
  readonly id: string;
  readonly score: number;
  readonly seq: number;
  readonly userId: number;
  readonly key: MatchKey<Kind>;
  /** Workers that it names, at most five. */
  readonly workers: readonly string[];
  readonly workerBlacklist: boolean;
  /** Pixelsteps of one picture, or the tokens that one text may have. */
  readonly things: number;
  /** What a worker earns with one job, in cents: an upfront worker asks for that much. */
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
export function shapeOf<T extends RequestType>(_type: T, row: Pick<QueueRow, 'shape'>): Shapes[T] {
  // Only the accepting unit of this type of request writes what this column holds.
  return JSON.parse(row.shape) as Shapes[T];
}

/** @param kindOf gives the one object that stands for a shape's kind */
export function entryOf<T extends RequestType, Kind>(
  type: T,
  row: QueueRow,
  kindOf: (shape: Shapes[T]) => Kind,
): QueueEntry<Kind> {
  const shape = shapeOf(type, row);
  return {
    id: row.id,
    score: row.score,
    seq: row.seq,
    userId: row.user_id,
    key: { models: shape.models, kind: kindOf(shape) },
    workers: shape.workers,
    workerBlacklist: shape.workerBlacklist,
    things: row.things,
    priceCents: Math.round(row.base_kudos * 100),
    open: row.open_slots,
  };
}

/** The workers alone that may do it, if it says so. */
export function whitelistOf(entry: QueueEntry<unknown>): readonly string[] {
  return entry.workerBlacklist ? [] : entry.workers;
}
