import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** Alchemy requests, their forms, and decoys of paused alchemists (`queue.md` 5.1, 9.6). */
export const alchemy: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createRequests(db);
    await createForms(db);
    await createDecoys(db);
  },
};

async function createRequests(db: Kysely<unknown>): Promise<void> {
  let requests = db.schema
    .createTable('horde_alchemy_requests')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('client_agent', 'text', (column) => column.notNull())
    .addColumn('ip', 'text', (column) => column.notNull())
    .addColumn('webhook', 'text');
  for (const name of ['user_id', 'width', 'height', 'slow_workers', 'created', 'expiry'] as const) {
    requests = requests.addColumn(name, 'integer', (column) => column.notNull());
  }
  await requests.$call(strict(db)).execute();
  await sql`create index horde_alchemy_requests_expiry on horde_alchemy_requests (expiry)`.execute(db);
  await sql`create index horde_alchemy_requests_user on horde_alchemy_requests (user_id)`.execute(db);
}

async function createForms(db: Kysely<unknown>): Promise<void> {
  let forms = db.schema
    .createTable('horde_alchemy_forms')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('request_id', 'text', (column) =>
      column.notNull().references('horde_alchemy_requests.id').onDelete('cascade'),
    );
  for (const name of ['name', 'state'] as const) {
    forms = forms.addColumn(name, 'text', (column) => column.notNull());
  }
  for (const name of ['user_id', 'priority', 'tiles', 'slow_workers', 'needs_trust'] as const) {
    forms = forms.addColumn(name, 'integer', (column) => column.notNull());
  }
  for (const name of ['reward_cents', 'failures', 'has_picture'] as const) {
    forms = forms.addColumn(name, 'integer', (column) => column.notNull());
  }
  for (const name of ['payload', 'worker_id', 'worker_name', 'digest', 'result'] as const) {
    forms = forms.addColumn(name, 'text');
  }
  for (const name of ['worker_owner_id', 'started', 'deadline'] as const) {
    forms = forms.addColumn(name, 'integer');
  }
  await forms.$call(strict(db)).execute();
  // Finding work reads nothing but this index until it has found some (`queue.md` 3.6).
  await sql`
    create index horde_alchemy_forms_queue
    on horde_alchemy_forms (name, priority desc, seq, tiles, needs_trust, slow_workers, user_id, request_id)
    where state = 'waiting'
  `.execute(db);
  await sql`
    create index horde_alchemy_forms_deadline on horde_alchemy_forms (deadline) where state = 'processing'
  `.execute(db);
  await sql`create index horde_alchemy_forms_request on horde_alchemy_forms (request_id)`.execute(db);
  await sql`create index horde_alchemy_forms_user on horde_alchemy_forms (user_id, state)`.execute(db);
  await sql`create index horde_alchemy_forms_worker on horde_alchemy_forms (worker_id)`.execute(db);
}

async function createDecoys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_alchemy_decoys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('worker_id', 'text', (column) =>
      column.notNull().references('horde_workers.id').onDelete('cascade'),
    )
    .addColumn('worker_owner_id', 'integer', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('started', 'integer', (column) => column.notNull())
    .addColumn('deadline', 'integer', (column) => column.notNull())
    .addColumn('reward_cents', 'integer', (column) => column.notNull())
    .addColumn('digest', 'text')
    .addUniqueConstraint('horde_alchemy_decoys_trick', ['worker_id', 'request_id'])
    .$call(strict(db))
    .execute();
  await sql`create index horde_alchemy_decoys_deadline on horde_alchemy_decoys (deadline)`.execute(db);
}
