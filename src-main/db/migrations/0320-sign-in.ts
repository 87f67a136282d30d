import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** Sign-in with a provider (`accounts-and-safety.md` 7). No secret, address or token is stored. */
export const signIn: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('horde_signin_providers')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('enabled', 'integer', (column) => column.notNull().check(sql`enabled in (0, 1)`))
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('subject_claim', 'text', (column) => column.notNull())
      .addColumn('groups_claim', 'text', (column) => column.notNull())
      .addColumn('private_network', 'integer', (column) =>
        column.notNull().check(sql`private_network in (0, 1)`),
      )
      .addColumn('device_code', 'integer', (column) => column.notNull().check(sql`device_code in (0, 1)`))
      .addColumn('allow', 'text', (column) => column.notNull())
      .addColumn('on_first_login', 'text', (column) => column.notNull())
      .addColumn('role_map', 'text', (column) => column.notNull())
      .$call(strict(db))
      .execute();
    await db.schema
      .createTable('horde_signin_used')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('expires', 'integer', (column) => column.notNull())
      .$call(strict(db))
      .execute();
    await db.schema
      .createTable('horde_signin_requests')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('identity', 'text', (column) => column.notNull().unique())
      .addColumn('provider_id', 'text', (column) =>
        column.notNull().references('horde_signin_providers.id').onDelete('cascade'),
      )
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('terms_version', 'text')
      .addColumn('created', 'integer', (column) => column.notNull())
      .$call(strict(db))
      .execute();
  },
};
