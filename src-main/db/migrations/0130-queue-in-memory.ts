import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Work is found in memory (`queue.md` 9.4): what the database kept to search by itself goes. */
export const queueInMemory: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`drop index horde_requests_queue`.execute(db);
    for (const name of ['area', 'nsfw', 'names_models']) {
      await db.schema.alterTable('horde_requests').dropColumn(name).execute();
    }
  },
};
