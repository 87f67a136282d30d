import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { makeAppendOnly, strict } from './table-options.ts';

/** Holds, modes, decoys and the audit log of the private horde (`kudos.md` 4.2, `accounts-and-safety.md` 9.3). */
export const hordeSafety: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createHolds(db);
    await createModes(db);
    await createDecoys(db);
    await extendWork(db);
  },
};

async function createHolds(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('kudos_hold')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'integer', (column) => column.notNull().references('users.id'))
    .addColumn('original', 'integer', (column) => column.notNull().check(sql`original > 0`))
    .addColumn('remaining', 'integer', (column) =>
      column.notNull().check(sql`remaining between 0 and original`),
    )
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('released', 'integer')
    .$call(strict(db))
    .execute();
  await sql`create index kudos_hold_active on kudos_hold (user_id) where released is null`.execute(db);
}

async function createModes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_modes')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('is_on', 'integer', (column) => column.notNull().check(sql`is_on in (0, 1)`))
    .addColumn('changed', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('horde_audit')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('actor_id', 'integer', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await makeAppendOnly(db, 'horde_audit');
}

async function createDecoys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_decoys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('worker_id', 'text', (column) => column.notNull())
    .addColumn('worker_owner_id', 'integer', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('started', 'integer', (column) => column.notNull())
    .addColumn('deadline', 'integer', (column) => column.notNull())
    .addColumn('reward_cents', 'integer', (column) => column.notNull())
    .addColumn('digest', 'text')
    .addUniqueConstraint('horde_decoys_pair', ['worker_id', 'request_id'])
    .$call(strict(db))
    .execute();
  await db.schema.createIndex('horde_decoys_deadline').on('horde_decoys').column('deadline').execute();
}

async function extendWork(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('horde_requests').addColumn('ip', 'text').execute();
  for (const name of ['rewarded_uptime', 'uptime_cents']) {
    await db.schema
      .alterTable('horde_workers')
      .addColumn(name, 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  }
  await db.schema.createIndex('horde_workers_seen').on('horde_workers').column('last_check_in').execute();
}
