import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Requests, jobs and workers of the private horde (`queue.md` 9.6). */
export const work: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createRequests(db);
    await createJobs(db);
    await createWorkers(db);
  },
};

async function createRequests(db: Kysely<unknown>): Promise<void> {
  let requests = db.schema
    .createTable('horde_requests')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('shape', 'text', (column) => column.notNull())
    .addColumn('score', 'real', (column) => column.notNull())
    .addColumn('base_kudos', 'real', (column) => column.notNull())
    .addColumn('sources', 'text')
    .addColumn('client_agent', 'text', (column) => column.notNull());
  for (const name of ['user_id', 'area', 'nsfw', 'names_models', 'things', 'asked', 'next_slot'] as const) {
    requests = requests.addColumn(name, 'integer', (column) => column.notNull());
  }
  for (const name of ['is_cancelled', 'consumed_cents', 'created', 'expiry'] as const) {
    requests = requests.addColumn(name, 'integer', (column) => column.notNull());
  }
  await requests
    .addColumn('open_slots', 'integer', (column) => column.notNull().check(sql`open_slots >= 0`))
    .execute();
  await sql`create index horde_requests_queue on horde_requests (score desc, seq) where open_slots > 0`.execute(
    db,
  );
  await sql`create index horde_requests_user on horde_requests (user_id) where open_slots > 0`.execute(db);
  await db.schema.createIndex('horde_requests_expiry').on('horde_requests').column('expiry').execute();
  await db.schema
    .createTable('horde_request_models')
    .addColumn('request_id', 'text', (column) =>
      column.notNull().references('horde_requests.id').onDelete('cascade'),
    )
    .addColumn('model', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('horde_request_models_key', ['request_id', 'model'])
    .execute();
}

async function createJobs(db: Kysely<unknown>): Promise<void> {
  let jobs = db.schema
    .createTable('horde_jobs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('request_id', 'text', (column) =>
      column.notNull().references('horde_requests.id').onDelete('cascade'),
    )
    .addColumn('digest', 'text')
    .addColumn('seed', 'text');
  for (const name of ['worker_id', 'worker_name', 'model', 'state', 'metadata'] as const) {
    jobs = jobs.addColumn(name, 'text', (column) => column.notNull());
  }
  for (const name of ['slot', 'attempt', 'worker_owner_id', 'awaits_retry', 'started', 'deadline'] as const) {
    jobs = jobs.addColumn(name, 'integer', (column) => column.notNull());
  }
  for (const name of ['reward_cents', 'is_censored', 'has_picture'] as const) {
    jobs = jobs.addColumn(name, 'integer', (column) => column.notNull());
  }
  await jobs.execute();
  await db.schema
    .createIndex('horde_jobs_try')
    .unique()
    .on('horde_jobs')
    .columns(['request_id', 'slot', 'attempt'])
    .execute();
  await sql`create index horde_jobs_deadline on horde_jobs (deadline) where state = 'processing'`.execute(db);
  await db.schema.createIndex('horde_jobs_worker').on('horde_jobs').column('worker_id').execute();
}

async function createWorkers(db: Kysely<unknown>): Promise<void> {
  let workers = db.schema
    .createTable('horde_workers')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name_key', 'text', (column) => column.notNull().unique())
    .addColumn('info', 'text')
    .addColumn('maintenance_msg', 'text');
  for (const name of ['name', 'ip', 'profile', 'samples'] as const) {
    workers = workers.addColumn(name, 'text', (column) => column.notNull());
  }
  for (const name of ['user_id', 'created', 'last_check_in', 'maintenance', 'paused'] as const) {
    workers = workers.addColumn(name, 'integer', (column) => column.notNull());
  }
  for (const name of ['fulfilments', 'uncompleted', 'aborted', 'aborted_since'] as const) {
    workers = workers.addColumn(name, 'integer', (column) => column.notNull());
  }
  for (const name of ['things', 'reward_cents', 'uptime'] as const) {
    workers = workers.addColumn(name, 'integer', (column) => column.notNull());
  }
  await workers.execute();
  await db.schema.createIndex('horde_workers_user').on('horde_workers').column('user_id').execute();
}
