import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** What accounts may do and who may join: roles, shared keys, invites (`accounts-and-safety.md` 1, 2, 6.1). */
export const accountRights: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await extendUsers(db);
    await createSharedKeys(db);
    await createRegistration(db);
  },
};

async function extendUsers(db: Kysely<unknown>): Promise<void> {
  for (const flag of ['is_vpn', 'is_special']) {
    await db.schema
      .alterTable('users')
      .addColumn(flag, 'integer', (column) =>
        column
          .notNull()
          .defaultTo(0)
          .check(sql`${sql.ref(flag)} in (0, 1)`),
      )
      .execute();
  }
  const counts = { usage_permille: 1000, monthly_cents: 0 };
  for (const [name, start] of Object.entries(counts)) {
    await db.schema
      .alterTable('users')
      .addColumn(name, 'integer', (column) => column.notNull().defaultTo(start))
      .execute();
  }
  for (const name of ['monthly_last_received', 'terms_accepted_at', 'wiped_at']) {
    await db.schema.alterTable('users').addColumn(name, 'integer').execute();
  }
  for (const name of ['passkey_digest', 'terms_version']) {
    await db.schema.alterTable('users').addColumn(name, 'text').execute();
  }
  await db.schema.createIndex('users_passkey').unique().on('users').column('passkey_digest').execute();
  await sql`create index users_deleted on users (deleted_at) where deleted_at is not null`.execute(db);
}

async function createSharedKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('shared_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'integer', (column) => column.notNull().references('users.id'))
    .addColumn('name', 'text')
    .addColumn('allowance_cents', 'integer', (column) => column.check(sql`allowance_cents >= 0`))
    .addColumn('utilized_cents', 'integer', (column) => column.notNull())
    .addColumn('expiry', 'integer')
    .addColumn('max_image_pixels', 'integer', (column) => column.notNull())
    .addColumn('max_image_steps', 'integer', (column) => column.notNull())
    .addColumn('max_text_tokens', 'integer', (column) => column.notNull())
    .addColumn('created', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema.createIndex('shared_keys_user').on('shared_keys').column('user_id').execute();
}

async function createRegistration(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_invites')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('code_digest', 'text', (column) => column.notNull().unique())
    .addColumn('preset', 'text', (column) => column.notNull())
    .addColumn('uses_left', 'integer', (column) => column.notNull().check(sql`uses_left >= 0`))
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('created_by', 'integer', (column) => column.notNull().references('users.id'))
    .addColumn('expiry', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('horde_registrations')
    .addColumn('user_id', 'integer', (column) => column.primaryKey().references('users.id'))
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('ip', 'text', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createIndex('horde_registrations_created')
    .on('horde_registrations')
    .column('created')
    .execute();
}
