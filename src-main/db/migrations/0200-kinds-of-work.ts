import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** Text beside images, three kinds of worker, and statistics of what was made (`queue.md` 1.1, 4.1, 9.6). */
export const kindsOfWork: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const [table, column] of [
      ['horde_requests', 'type'],
      ['horde_workers', 'kind'],
      ['horde_decoys', 'type'],
    ] as const) {
      await db.schema
        .alterTable(table)
        .addColumn(column, 'text', (it) => it.notNull().defaultTo('image'))
        .execute();
    }
    for (const column of ['webhook', 'style_id', 'shared_key_id', 'proxied_account']) {
      await db.schema.alterTable('horde_requests').addColumn(column, 'text').execute();
    }
    await db.schema.alterTable('horde_jobs').addColumn('text', 'text').execute();
    await sql`create index horde_requests_shared_key on horde_requests (shared_key_id) where shared_key_id is not null`.execute(
      db,
    );
    await db.schema
      .createTable('horde_stats')
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('start', 'integer', (column) => column.notNull())
      .addColumn('jobs', 'integer', (column) => column.notNull())
      .addColumn('things', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('horde_stats_key', ['type', 'start', 'model'])
      .$call(strict(db))
      .execute();
  },
};
