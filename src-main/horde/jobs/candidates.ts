import type { AppDatabase } from '#main/db/database.ts';
import { shapeOf } from '#main/horde/requests/index.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import { refusalOf, type RefusalReason } from '#shared/horde/jobs/match.ts';
import type { SkippedReasons } from '#shared/horde/jobs/schema.ts';

const pageSize = 10;
const maxPages = 20;

/**
 * Requests that a worker may do, best first: the owner's, then those of prioritised users in their
 * order, then the rest (`queue.md` 3.1). SQL narrows by the cheap columns, the pure rules decide.
 */
export async function* candidates(
  db: AppDatabase,
  worker: LiveWorker,
  prioritised: readonly number[],
  now: number,
): AsyncGenerator<string> {
  for (const userId of [worker.ownerId, ...prioritised]) yield* pages(db, worker, now, userId);
  yield* pages(db, worker, now, undefined);
}

async function* pages(
  db: AppDatabase,
  worker: LiveWorker,
  now: number,
  userId: number | undefined,
): AsyncGenerator<string> {
  const { profile } = worker;
  let after: { score: number; seq: number } | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const from = after;
    const found = await db.read
      .selectFrom('horde_requests as r')
      .select(['r.id', 'r.seq', 'r.score', 'r.shape', 'r.user_id'])
      .where('r.open_slots', '>', 0)
      .where('r.expiry', '>', now)
      .where('r.area', '<=', profile.maxPixels)
      .where((e) =>
        e.or([
          e('r.names_models', '=', 0),
          e.exists(
            e
              .selectFrom('horde_request_models as m')
              .select('m.model')
              .whereRef('m.request_id', '=', 'r.id')
              .where('m.model', 'in', [...profile.models]),
          ),
        ]),
      )
      .$if(!profile.nsfw, (q) => q.where('r.nsfw', '=', 0))
      .$if(userId !== undefined, (q) => q.where('r.user_id', '=', userId ?? 0))
      .$if(from !== undefined, (q) =>
        q.where((e) =>
          e.or([
            e('r.score', '<', from?.score ?? 0),
            e.and([e('r.score', '=', from?.score ?? 0), e('r.seq', '>', from?.seq ?? 0)]),
          ]),
        ),
      )
      .orderBy('r.score', 'desc')
      .orderBy('r.seq')
      .limit(pageSize)
      .execute();
    for (const row of found) {
      if (refusalOf(shapeOf(row), row.user_id, worker) === undefined) yield row.id;
    }
    const last = found.at(-1);
    if (!last || found.length < pageSize) return;
    after = { score: last.score, seq: last.seq };
  }
}

/** Why the first requests of the queue did not fit, for an empty answer (`queue.md` 3.5). */
export async function skippedReasons(
  db: AppDatabase,
  worker: LiveWorker,
  now: number,
): Promise<SkippedReasons> {
  const found = await db.read
    .selectFrom('horde_requests')
    .select(['shape', 'user_id'])
    .where('open_slots', '>', 0)
    .where('expiry', '>', now)
    .orderBy('score', 'desc')
    .orderBy('seq')
    .limit(pageSize * maxPages)
    .execute();
  const skipped: Record<
    Exclude<RefusalReason, 'maintenance' | 'max_pixels' | 'kudos' | 'blacklist' | 'step_count'>,
    number
  > &
    SkippedReasons = {
    models: 0,
    worker_id: 0,
    img2img: 0,
    painting: 0,
    unsafe_ip: 0,
    nsfw: 0,
    lora: 0,
    'post-processing': 0,
    controlnet: 0,
    performance: 0,
    untrusted: 0,
    bridge_version: 0,
  };
  for (const row of found) {
    const reason = refusalOf(shapeOf(row), row.user_id, worker);
    if (reason !== undefined && reason !== 'maintenance') skipped[reason] = (skipped[reason] ?? 0) + 1;
  }
  return skipped;
}
