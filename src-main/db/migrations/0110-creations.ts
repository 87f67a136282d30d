import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** Requests made from the studio, followed over restarts until they are over. */
export const creations: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('studio_creation')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('is_over', 'integer', (column) => column.notNull().check(sql`is_over in (0, 1)`))
      .addColumn('input', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text')
      .addColumn('sent_at', 'integer')
      .addColumn('active_before', 'text')
      .addColumn('wants_cancel', 'integer', (column) => column.notNull().check(sql`wants_cancel in (0, 1)`))
      .addColumn('progress', 'text', (column) => column.notNull())
      .addColumn('image_ids', 'text', (column) => column.notNull())
      .addColumn('kudos_expected', 'real')
      .addColumn('kudos_used', 'real', (column) => column.notNull())
      .addColumn('warnings', 'text', (column) => column.notNull())
      .addColumn('problem', 'text')
      .$call(strict(db))
      .execute();
    // Serves the list: what runs, and the newest of the rest.
    await db.schema
      .createIndex('studio_creation_list')
      .on('studio_creation')
      .columns(['is_over', 'created_at', 'id'])
      .execute();
  },
};
