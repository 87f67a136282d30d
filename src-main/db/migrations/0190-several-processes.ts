import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { isPostgres } from '../dialect.ts';

/** Channel on which committed changes are told to the other processes (`postgres/watch.ts`). */
const channel = 'yurt_changes';

/**
 * What processes need that share a database; an SQLite file has one. Receipts of units (`postgres/receipts.ts`),
 * and word of changed rows that each process keeps in memory.
 */
export const severalProcesses: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    if (!isPostgres(db)) return;
    await db.schema
      .createTable('db_receipts')
      .addColumn('connection', 'text', (column) => column.primaryKey())
      .addColumn('unit', 'integer', (column) => column.notNull())
      .addColumn('opened', 'integer', (column) => column.notNull())
      .execute();
    await tellChanges(db, { table: 'horde_requests', columns: ['open_slots'], id: 'id' });
    await tellChanges(db, { table: 'horde_modes', columns: ['is_on'], id: 'name' });
  },
};

interface Told {
  readonly table: string;
  /** Columns whose change is told of. */
  readonly columns: readonly string[];
  readonly id: string;
}

async function tellChanges(db: Kysely<unknown>, { table, columns, id }: Told): Promise<void> {
  const tell = sql.ref(`${table}_tell`);
  const rowId = sql.ref(id);
  await sql`
    create function ${tell}() returns trigger language plpgsql as $$
    declare changed record;
    begin
      if tg_op = 'DELETE' then changed := old; else changed := new; end if;
      perform pg_notify(${sql.lit(channel)}, ${sql.lit(`${table}/`)} || changed.${rowId});
      return null;
    end $$
  `.execute(db);
  await sql`
    create trigger ${sql.ref(`${table}_tell_rows`)} after insert or delete on ${sql.table(table)}
    for each row execute function ${tell}()
  `.execute(db);
  const list = sql.join(columns.map((column) => sql.ref(column)));
  const differs = sql.join(
    columns.map((column) => sql`old.${sql.ref(column)} is distinct from new.${sql.ref(column)}`),
    sql` or `,
  );
  await sql`
    create trigger ${sql.ref(`${table}_tell_change`)} after update of ${list} on ${sql.table(table)}
    for each row when (${differs}) execute function ${tell}()
  `.execute(db);
}
