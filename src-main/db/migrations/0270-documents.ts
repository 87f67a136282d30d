import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** Documents of the horde in versions, and its news (`accounts-and-safety.md` 6.7). */
export const documents: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('horde_documents')
      .addColumn('name', 'text', (column) =>
        column.notNull().check(sql`name in ('terms', 'privacy', 'sponsors')`),
      )
      .addColumn('version', 'integer', (column) => column.notNull().check(sql`version > 0`))
      .addColumn('markdown', 'text', (column) => column.notNull())
      .addColumn('created', 'integer', (column) => column.notNull())
      .addColumn('must_accept_from', 'integer')
      .addPrimaryKeyConstraint('horde_documents_key', ['name', 'version'])
      .$call(strict(db))
      .execute();
    await db.schema
      .createTable('horde_news')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('date_published', 'text', (column) => column.notNull())
      .addColumn('created', 'integer', (column) => column.notNull())
      .addColumn('title', 'text')
      .addColumn('newspiece', 'text', (column) => column.notNull())
      .addColumn('importance', 'text', (column) => column.notNull())
      .addColumn('tags', 'text', (column) => column.notNull())
      .addColumn('more_info_urls', 'text', (column) => column.notNull())
      .$call(strict(db))
      .execute();
    await db.schema
      .createIndex('horde_news_newest')
      .on('horde_news')
      .columns(['date_published', 'created'])
      .execute();
  },
};
