import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { followLargestId, makeAppendOnly, strict } from './table-options.ts';

const systemAccounts = ['mint', 'tax', 'subsidy', 'floor', 'admin', 'repair'];

/** Accounts of the private horde and the kudos ledger (`kudos.md` 4.2). */
export const accounts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createUsers(db);
    await followLargestId(db, 'users');
    await createLedger(db);
    for (const table of ['kudos_event', 'kudos_posting']) await makeAppendOnly(db, table);
  },
};

async function createUsers(db: Kysely<unknown>): Promise<void> {
  const flags = [
    'public_workers',
    'is_admin',
    'is_moderator',
    'is_trusted',
    'is_flagged',
    'is_service',
    'is_education',
    'is_customizer',
  ];
  let users = db.schema
    .createTable('users')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('oauth_id', 'text', (column) => column.notNull().unique())
    .addColumn('key_digest', 'text', (column) => column.unique())
    .addColumn('key_rotated_at', 'integer')
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('last_active', 'integer', (column) => column.notNull())
    .addColumn('contact', 'text')
    .addColumn('admin_comment', 'text')
    .addColumn('concurrency', 'integer', (column) => column.notNull())
    .addColumn('worker_invited', 'integer', (column) => column.notNull())
    .addColumn('deleted_at', 'integer')
    .addColumn('registered_via', 'text', (column) => column.notNull());
  for (const flag of flags) {
    users = users.addColumn(flag, 'integer', (column) =>
      column.notNull().check(sql`${sql.ref(flag)} in (0, 1)`),
    );
  }
  await users.$call(strict(db)).execute();
  await db.schema
    .createTable('user_statistic')
    .addColumn('user_id', 'integer', (column) => column.notNull().references('users.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('amount', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('user_statistic_key', ['user_id', 'name'])
    .$call(strict(db))
    .execute();
}

async function createLedger(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('kudos_account')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('user_id', 'integer', (column) => column.references('users.id'))
    .addColumn('name', 'text', (column) => column.unique())
    .addColumn('balance', 'integer', (column) => column.notNull())
    .addColumn('floor', 'integer')
    .addUniqueConstraint('kudos_account_user', ['kind', 'user_id'])
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('kudos_event')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('key', 'text', (column) => column.notNull().unique())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('job_id', 'text')
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('kudos_posting')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('event_id', 'integer', (column) => column.notNull().references('kudos_event.id'))
    .addColumn('account_id', 'integer', (column) => column.notNull().references('kudos_account.id'))
    .addColumn('amount', 'integer', (column) => column.notNull().check(sql`amount <> 0`))
    .addColumn('balance_after', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createIndex('kudos_posting_account')
    .on('kudos_posting')
    .columns(['account_id', 'id'])
    .execute();
  for (const name of systemAccounts) {
    await sql`insert into kudos_account (kind, name, balance) values ('system', ${name}, 0)`.execute(db);
  }
}
