import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** The log of transfers and the results of audits (`kudos.md` 1.11, 4.2). */
export const kudosMovements: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('kudos_transfer')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('sender_id', 'integer', (column) => column.notNull().references('users.id'))
      .addColumn('receiver_id', 'integer', (column) => column.notNull().references('users.id'))
      .addColumn('shared_key_id', 'text')
      .addColumn('cents', 'integer', (column) => column.notNull().check(sql`cents > 0`))
      .addColumn('created', 'integer', (column) => column.notNull())
      .$call(strict(db))
      .execute();
    await db.schema
      .createIndex('kudos_transfer_parties')
      .on('kudos_transfer')
      .columns(['sender_id', 'receiver_id', 'created'])
      .execute();
    await db.schema
      .createTable('kudos_check')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('created', 'integer', (column) => column.notNull())
      .addColumn('ok', 'integer', (column) => column.notNull().check(sql`ok in (0, 1)`))
      .addColumn('report', 'text', (column) => column.notNull())
      .$call(strict(db))
      .execute();
  },
};
