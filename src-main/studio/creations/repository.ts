import type { Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { StudioCreationTable } from '#main/db/tables/studio.ts';
import { rows, run, type Work } from '#main/db/work.ts';
import { type Creation, isTerminal } from '#shared/studio/creations/schema.ts';

/** A sending whose outcome is not known yet, with what is needed to find out (`sending.ts`). */
export interface OpenSending {
  readonly sentAt: number;
  /** Requests that the account had just before. */
  readonly activeBefore: readonly string[];
}

/** A creation with what its card does not show. */
export interface StoredCreation {
  readonly creation: Creation;
  readonly sending: OpenSending | null;
  /** The person has cancelled it; the horde may not know yet. */
  readonly wantsCancel: boolean;
}

type Row = Selectable<StudioCreationTable>;

/** All SQL of creations. */
export function createCreationsRepository(db: AppDatabase) {
  const read = () => db.read.selectFrom('studio_creation').selectAll();
  return {
    /** Resolves when it is on disk. */
    insert: (stored: StoredCreation): Promise<number> =>
      db.write(() => run(db.query.insertInto('studio_creation').values(rowOf(stored)))),

    update: (stored: StoredCreation): Promise<number> =>
      db.write(() =>
        run(db.query.updateTable('studio_creation').set(rowOf(stored)).where('id', '=', stored.creation.id)),
      ),

    find: async (id: string): Promise<StoredCreation | undefined> => {
      const found = await read().where('id', '=', id).executeTakeFirst();
      return found && storedOf(found);
    },

    /** Newest first. */
    newest: async (limit: number): Promise<StoredCreation[]> =>
      (await read().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(storedOf),

    /** Oldest first. */
    running: async (): Promise<StoredCreation[]> =>
      (await read().where('is_over', '=', 0).orderBy('created_at').orderBy('id').execute()).map(storedOf),

    /** Those of the given requests of a horde that belong to a creation. */
    claimed: async (connectionId: string, requestIds: readonly string[]): Promise<Set<string>> => {
      if (requestIds.length === 0) return new Set();
      const found = await db.read
        .selectFrom('studio_creation')
        .select('request_id')
        .where('connection_id', '=', connectionId)
        .where('request_id', 'in', requestIds)
        .execute();
      return new Set(found.map((one) => one.request_id).filter((id) => id !== null));
    },

    /** Takes an erased picture off the card that is over and shows it; gives that card's id. */
    forgetImage: (imageId: string): Promise<string | undefined> =>
      db.write(function* (): Work<string | undefined> {
        const showing = yield* rows(
          db.query
            .selectFrom('studio_creation')
            .selectAll()
            .where('is_over', '=', 1)
            .where('image_ids', 'like', `%${JSON.stringify(imageId)}%`),
        );
        // An id from a horde may hold wildcards.
        const found = showing.map(storedOf).find(({ creation }) => creation.imageIds.includes(imageId));
        if (!found) return undefined;
        const { id, imageIds } = found.creation;
        const kept = JSON.stringify(imageIds.filter((one) => one !== imageId));
        yield* run(db.query.updateTable('studio_creation').set({ image_ids: kept }).where('id', '=', id));
        return id;
      }),

    /** False when there is none that is over. */
    removeOver: (id: string): Promise<boolean> =>
      db.write(function* (): Work<boolean> {
        const remove = db.query.deleteFrom('studio_creation').where('id', '=', id).where('is_over', '=', 1);
        return (yield* run(remove)) > 0;
      }),
  };
}
export type CreationsRepository = ReturnType<typeof createCreationsRepository>;

function rowOf({ creation, sending, wantsCancel }: StoredCreation): Row {
  return {
    id: creation.id,
    connection_id: creation.connectionId,
    created_at: creation.createdAt,
    state: creation.state,
    is_over: isTerminal(creation) ? 1 : 0,
    input: JSON.stringify(creation.input),
    request_id: creation.requestId,
    sent_at: sending?.sentAt ?? null,
    active_before: sending ? JSON.stringify(sending.activeBefore) : null,
    wants_cancel: wantsCancel ? 1 : 0,
    progress: JSON.stringify(creation.progress),
    image_ids: JSON.stringify(creation.imageIds),
    kudos_expected: creation.kudos.expected,
    kudos_used: creation.kudos.used,
    warnings: JSON.stringify(creation.warnings),
    problem: creation.problem && JSON.stringify(creation.problem),
  };
}

/** Only `rowOf` writes these columns, so that their JSON is what it wrote. */
function storedOf(row: Row): StoredCreation {
  return {
    creation: {
      id: row.id,
      connectionId: row.connection_id,
      createdAt: row.created_at,
      state: row.state,
      input: JSON.parse(row.input) as Creation['input'],
      requestId: row.request_id,
      progress: JSON.parse(row.progress) as Creation['progress'],
      imageIds: JSON.parse(row.image_ids) as string[],
      kudos: { expected: row.kudos_expected, used: row.kudos_used },
      warnings: JSON.parse(row.warnings) as Creation['warnings'],
      problem: row.problem === null ? null : (JSON.parse(row.problem) as Creation['problem']),
    },
    sending:
      row.sent_at === null
        ? null
        : { sentAt: row.sent_at, activeBefore: JSON.parse(row.active_before ?? '[]') as string[] },
    wantsCancel: row.wants_cancel === 1,
  };
}
