import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** Teams with their members, and notes to workers (`accounts-and-safety.md` 6.2, 6.5, 9.3). */
export const teamsAndMessages: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createTeams(db);
    await createMessages(db);
  },
};

async function createTeams(db: Kysely<unknown>): Promise<void> {
  let teams = db.schema
    .createTable('horde_teams')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'integer', (column) => column.notNull().references('users.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('name_key', 'text', (column) => column.notNull().unique())
    .addColumn('info', 'text')
    .addColumn('is_open', 'integer', (column) => column.notNull().check(sql`is_open in (0, 1)`))
    .addColumn('created', 'integer', (column) => column.notNull());
  for (const total of ['pixelsteps', 'fulfilments', 'kudos_cents', 'uptime_seconds']) {
    teams = teams.addColumn(total, 'integer', (column) => column.notNull().defaultTo(0));
  }
  await teams.$call(strict(db)).execute();
  await db.schema
    .createTable('horde_team_members')
    .addColumn('worker_id', 'text', (column) =>
      column.primaryKey().references('horde_workers.id').onDelete('cascade'),
    )
    .addColumn('team_id', 'text', (column) =>
      column.notNull().references('horde_teams.id').onDelete('cascade'),
    )
    .addColumn('joined', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  await db.schema.createIndex('horde_team_members_team').on('horde_team_members').column('team_id').execute();
}

async function createMessages(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_worker_messages')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'integer', (column) => column.notNull().references('users.id'))
    .addColumn('worker_id', 'text', (column) => column.references('horde_workers.id').onDelete('cascade'))
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('expiry', 'integer', (column) => column.notNull())
    .$call(strict(db))
    .execute();
  for (const columns of [['expiry'], ['user_id', 'created'], ['worker_id']]) {
    await db.schema
      .createIndex(`horde_worker_messages_${columns[0] ?? ''}`)
      .on('horde_worker_messages')
      .columns(columns)
      .execute();
  }
}
