import type { Selectable } from 'kysely';
import type { HordeNoticeTable } from '#main/db/tables/horde-moderation.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';

/** What moderators are told in their panel. */
export type NoticeKind = 'worker-paused' | 'filter-disabled' | 'proxy-strikes' | 'problem-jobs';

export interface Notice {
  readonly kind: NoticeKind;
  /** What it is about: an id or an address. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly now: number;
}

export type StoredNotice = Selectable<HordeNoticeTable>;

/** Leaves a notice for the moderators. */
export function* notify(query: Query, { kind, subject, detail, now }: Notice): Work<void> {
  const values = { kind, subject, detail: JSON.stringify(detail), created: now };
  yield* run(query.insertInto('horde_notices').values(values));
}

/** Leaves a notice unless the same one was left since then. @returns whether it was left */
export function* notifyOnce(query: Query, notice: Notice, since: number): Work<boolean> {
  const known = yield* row(
    query
      .selectFrom('horde_notices')
      .select('id')
      .where('kind', '=', notice.kind)
      .where('subject', '=', notice.subject)
      .where('created', '>', since)
      .limit(1),
  );
  if (known) return false;
  yield* notify(query, notice);
  return true;
}
