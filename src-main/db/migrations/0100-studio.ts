import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** What the studio keeps: its documents (settings, drafts) and the gallery. */
export const studio: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('studio_document')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'integer', (column) => column.notNull())
      .$call(strict(db))
      .execute();
    await createGallery(db);
  },
};

async function createGallery(db: Kysely<unknown>): Promise<void> {
  const texts = [
    'prompt',
    'negative_prompt',
    'model',
    'sampler',
    'seed',
    'horde_name',
    'worker_name',
    'notes',
  ];
  const integers = ['size_bytes', 'width', 'height', 'steps'];
  const flags = ['is_missing', 'karras', 'is_censored'];
  let table = db.schema
    .createTable('gallery_image')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('creation_id', 'text')
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .addColumn('binned_at', 'integer')
    .addColumn('file_name', 'text', (column) => column.notNull().unique())
    .addColumn('cfg_scale', 'real', (column) => column.notNull())
    .addColumn('kudos', 'real', (column) => column.notNull());
  for (const name of texts) table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of integers) table = table.addColumn(name, 'integer', (column) => column.notNull());
  for (const name of flags) {
    table = table.addColumn(name, 'integer', (column) =>
      column.notNull().check(sql`${sql.ref(name)} in (0, 1)`),
    );
  }
  await table.$call(strict(db)).execute();
  // Serves the pages of the gallery in order; `binned_at is null` counts as an equality.
  await db.schema
    .createIndex('gallery_image_page')
    .on('gallery_image')
    .columns(['is_missing', 'binned_at', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('gallery_image_creation')
    .on('gallery_image')
    .columns(['creation_id', 'created_at'])
    .execute();
}
