import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** What the host decides, a row a setting; what is not there has its default. */
export const hordeSettings: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('horde_settings')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .$call(strict(db))
      .execute();
  },
};
