import { type Query, run, type Work } from '#main/db/work.ts';

/** Who did what to whom; `detail` is anything that JSON can say, and never a secret. */
export interface AuditEntry {
  readonly actorId: number;
  /** A verb phrase such as `user.change`. */
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Leaves a line in the append-only log, in the unit that does what it says (PRM-06). */
export function* audit(query: Query, entry: AuditEntry): Work<void> {
  yield* run(
    query.insertInto('horde_audit').values({
      created: entry.now,
      actor_id: entry.actorId,
      action: entry.action,
      detail: JSON.stringify(entry.detail),
    }),
  );
}
