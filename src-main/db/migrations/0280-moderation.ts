import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** Filters, addresses, suspicion and what they report (`accounts-and-safety.md` 9.3). */
export const moderation: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createFilters(db);
    await createAddresses(db);
    await createSuspicion(db);
    await createReports(db);
  },
};

async function createFilters(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_filters')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('regex', 'text', (column) => column.notNull())
    .addColumn('filter_type', 'integer', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('replacement', 'text', (column) => column.notNull())
    .addColumn('editor_id', 'integer', (column) => column.notNull().references('users.id'))
    .addColumn('is_enabled', 'integer', (column) => column.notNull().check(sql`is_enabled in (0, 1)`))
    .addColumn('changed', 'integer', (column) => column.notNull())
    .addUniqueConstraint('horde_filters_pattern', ['filter_type', 'regex'])
    .$call(strict(db))
    .execute();
}

async function createAddresses(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_timeouts')
    .addColumn('holder', 'text', (column) => column.primaryKey())
    .addColumn('expires', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('horde_strikes')
    .addColumn('holder', 'text', (column) => column.primaryKey())
    .addColumn('strikes', 'integer', (column) => column.notNull().check(sql`strikes > 0`))
    .addColumn('expires', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('horde_ip_blocks')
    .addColumn('network', 'text', (column) => column.primaryKey())
    .addColumn('expires', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('horde_banned_agents')
    .addColumn('agent', 'text', (column) => column.notNull())
    .addColumn('match', 'text', (column) => column.notNull())
    .addColumn('created', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('horde_banned_agents_key', ['agent', 'match'])
    .$call(strict(db))
    .execute();
}

async function createSuspicion(db: Kysely<unknown>): Promise<void> {
  for (const holder of ['user', 'worker'] as const) {
    const table = `horde_${holder}_suspicions`;
    await db.schema
      .createTable(table)
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn(`${holder}_id`, holder === 'user' ? 'integer' : 'text', (column) => column.notNull())
      .addColumn('code', 'integer', (column) => column.notNull())
      .addColumn('created', 'integer', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .$call(strict(db))
      .execute();
    await db.schema.createIndex(`${table}_holder`).on(table).column(`${holder}_id`).execute();
  }
}

async function createReports(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_prompt_reports')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('user_id', 'integer', (column) => column.notNull())
    .addColumn('proxied_account', 'text')
    .addColumn('ip', 'text')
    .addColumn('client_agent', 'text', (column) => column.notNull())
    .addColumn('prompt', 'text', (column) => column.notNull())
    .addColumn('filter_ids', 'text', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('horde_problem_jobs')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('user_id', 'integer', (column) => column.notNull())
    .addColumn('worker_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text', (column) => column.notNull().unique())
    .addColumn('ip', 'text')
    .addColumn('proxied_account', 'text')
    .$call(strict(db))
    .execute();
  await db.schema
    .createTable('horde_notices')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  for (const table of ['horde_prompt_reports', 'horde_problem_jobs', 'horde_notices']) {
    await db.schema.createIndex(`${table}_created`).on(table).column('created').execute();
  }
}
