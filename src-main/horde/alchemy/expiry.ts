import { type Query, row, rows, run, type Work } from '#main/db/work.ts';

/** A request that expired, with the ids of the pictures that its forms left. */
export interface ExpiredAlchemy {
  readonly id: string;
  readonly pictureIds: readonly string[];
}

/** Deletes up to `limit` expired requests with their forms. */
export function* deleteExpiredAlchemy(query: Query, now: number, limit: number): Work<ExpiredAlchemy[]> {
  const found = yield* rows(
    query
      .selectFrom('horde_alchemy_requests')
      .select('id')
      .where('expiry', '<', now)
      .orderBy('expiry')
      .limit(limit),
  );
  const expired: ExpiredAlchemy[] = [];
  for (const { id } of found) {
    const pictures = yield* rows(
      query
        .selectFrom('horde_alchemy_forms')
        .select('id')
        .where('request_id', '=', id)
        .where('has_picture', '=', 1),
    );
    yield* run(query.deleteFrom('horde_alchemy_requests').where('id', '=', id));
    expired.push({ id, pictureIds: pictures.map((form) => form.id) });
  }
  return expired;
}

/** Until when forms that refer to a worker are kept: it cannot be deleted before. */
export function* keepsAlchemist(query: Query, workerId: string): Work<number | undefined> {
  const kept = yield* row(
    query
      .selectFrom('horde_alchemy_forms as f')
      .innerJoin('horde_alchemy_requests as r', 'r.id', 'f.request_id')
      .select((e) => e.fn.max<number | null>('r.expiry').as('until'))
      .where('f.worker_id', '=', workerId),
  );
  return kept?.until ?? undefined;
}

/** Lets everything of an account go that is erased; the next sweep removes the pictures (ACC-54). */
export function* wipeAlchemy(query: Query, userId: number): Work<void> {
  yield* run(query.updateTable('horde_alchemy_requests').set({ expiry: 0 }).where('user_id', '=', userId));
}
