import { sql } from 'kysely';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import { type Query, rows, run, type Work } from '#main/db/work.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Counts a finished job, inside the unit that completes it. */
export function* recordStat(
  query: Query,
  job: { readonly type: RequestType; readonly model: string; readonly things: number; readonly now: number },
): Work<void> {
  const { type, model, things, now } = job;
  yield* addStat(query, { type, model, start: now - (now % minuteMs), jobs: 1, things });
}

interface Stat {
  readonly type: RequestType;
  readonly model: string;
  readonly start: number;
  readonly jobs: number;
  readonly things: number;
}

function* addStat(query: Query, stat: Stat): Work<void> {
  yield* run(
    query
      .insertInto('horde_stats')
      .values(stat)
      .onConflict((conflict) =>
        conflict.columns(['type', 'start', 'model']).doUpdateSet((e) => ({
          jobs: e('horde_stats.jobs', '+', stat.jobs),
          things: e('horde_stats.things', '+', stat.things),
        })),
      ),
  );
}

/**
 * Merges what is old into longer spans, so that the table does not grow with time: minutes of more than two
 * hours ago into hours, hours of more than two days ago into days, and days of more than 40 days ago into one.
 */
export function* mergeStats(query: Query, now: number): Work<void> {
  yield* merge(query, now - 2 * hourMs, hourMs);
  yield* merge(query, now - 2 * dayMs, dayMs);
  yield* merge(query, now - 40 * dayMs, undefined);
}

/** @param spanMs length of the spans that result; undefined for a single one that begins at 0 */
function* merge(query: Query, before: number, spanMs: number | undefined): Work<void> {
  // Only spans that lie whole before that instant: a later run must find nothing left of them.
  const until = spanMs === undefined ? before : before - (before % spanMs);
  const isFine =
    spanMs === undefined ? sql<boolean>`start > 0` : sql<boolean>`start % ${sql.lit(spanMs)} <> 0`;
  const fine = yield* rows(
    query.selectFrom('horde_stats').selectAll().where('start', '<', until).where(isFine),
  );
  for (const stat of fine) {
    yield* run(
      query
        .deleteFrom('horde_stats')
        .where('type', '=', stat.type)
        .where('start', '=', stat.start)
        .where('model', '=', stat.model),
    );
    const start = spanMs === undefined ? 0 : stat.start - (stat.start % spanMs);
    yield* addStat(query, { ...stat, start });
  }
}
