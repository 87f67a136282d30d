import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { strict } from './table-options.ts';

/** Styles with their examples, and collections of styles (`accounts-and-safety.md` 6.3, 6.4, 9.3). */
export const styles: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createStyles(db);
    await createExamples(db);
    await createCollections(db);
  },
};

/** What styles and collections have alike: an owner, a name unique to the owner, a count of uses. */
function owned<T extends string>(table: CreateTableBuilder<T>) {
  return table
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('image', 'text')`))
    .addColumn('user_id', 'integer', (column) => column.notNull().references('users.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('info', 'text', (column) => column.notNull())
    .addColumn('is_public', 'integer', (column) => column.notNull().check(sql`is_public in (0, 1)`))
    .addColumn('use_count', 'integer', (column) => column.notNull())
    .addColumn('created', 'integer', (column) => column.notNull())
    .addColumn('updated', 'integer', (column) => column.notNull());
}

async function createStyles(db: Kysely<unknown>): Promise<void> {
  await owned(db.schema.createTable('horde_styles'))
    .addColumn('prompt', 'text', (column) => column.notNull())
    .addColumn('params', 'text', (column) => column.notNull())
    .addColumn('nsfw', 'integer', (column) => column.notNull().check(sql`nsfw in (0, 1)`))
    .addColumn('shared_key_id', 'text')
    .addUniqueConstraint('horde_styles_name', ['user_id', 'name'])
    .$call(strict(db))
    .execute();
  await sql`create index horde_styles_popular on horde_styles (kind, use_count desc, created) where is_public = 1`.execute(
    db,
  );
  await db.schema
    .createIndex('horde_styles_by_name')
    .on('horde_styles')
    .columns(['name', 'created'])
    .execute();
  await sql`create index horde_styles_key on horde_styles (shared_key_id) where shared_key_id is not null`.execute(
    db,
  );
  for (const [table, value] of [
    ['horde_style_models', 'model'],
    ['horde_style_tags', 'tag'],
  ] as const) {
    await db.schema
      .createTable(table)
      .addColumn('style_id', 'text', (column) =>
        column.notNull().references('horde_styles.id').onDelete('cascade'),
      )
      .addColumn(value, 'text', (column) => column.notNull())
      .addColumn('place', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint(`${table}_key`, ['style_id', value])
      .$call(strict(db))
      .execute();
    await db.schema.createIndex(`${table}_value`).on(table).column(value).execute();
  }
}

async function createExamples(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('horde_style_examples')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('style_id', 'text', (column) =>
      column.notNull().references('horde_styles.id').onDelete('cascade'),
    )
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('is_primary', 'integer', (column) => column.notNull().check(sql`is_primary in (0, 1)`))
    .addColumn('place', 'integer', (column) => column.notNull())
    .addUniqueConstraint('horde_style_examples_url', ['style_id', 'url'])
    .$call(strict(db))
    .execute();
  await sql`create unique index horde_style_examples_primary on horde_style_examples (style_id) where is_primary = 1`.execute(
    db,
  );
}

async function createCollections(db: Kysely<unknown>): Promise<void> {
  await owned(db.schema.createTable('horde_collections'))
    .addUniqueConstraint('horde_collections_name', ['user_id', 'name'])
    .$call(strict(db))
    .execute();
  await db.schema
    .createIndex('horde_collections_by_name')
    .on('horde_collections')
    .columns(['name', 'created'])
    .execute();
  await db.schema
    .createTable('horde_collection_styles')
    .addColumn('collection_id', 'text', (column) =>
      column.notNull().references('horde_collections.id').onDelete('cascade'),
    )
    .addColumn('style_id', 'text', (column) =>
      column.notNull().references('horde_styles.id').onDelete('cascade'),
    )
    .addColumn('place', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('horde_collection_styles_key', ['collection_id', 'style_id'])
    .$call(strict(db))
    .execute();
  await db.schema
    .createIndex('horde_collection_styles_style')
    .on('horde_collection_styles')
    .column('style_id')
    .execute();
}
