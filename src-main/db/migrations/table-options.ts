import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import { isPostgres } from '../dialect.ts';

/**
 * Makes SQLite hold a table's columns to their types, as PostgreSQL always does:
 * `db.schema.createTable('t').addColumn(…).$call(strict(db)).execute()`.
 */
export function strict(db: Kysely<unknown>) {
  return <T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C> =>
    isPostgres(db) ? table : table.modifyEnd(sql`strict`);
}

/** Makes the database refuse to change or delete a row of a table. */
export async function makeAppendOnly(db: Kysely<unknown>, table: string): Promise<void> {
  const refusal = sql.lit(`${table} is append-only`);
  if (isPostgres(db)) {
    const refuse = sql.ref(`${table}_is_append_only`);
    await sql`
      create function ${refuse}() returns trigger language plpgsql
      as $$ begin raise exception using message = ${refusal}; end $$
    `.execute(db);
    await sql`
      create trigger ${refuse} before update or delete or truncate on ${sql.table(table)}
      for each statement execute function ${refuse}()
    `.execute(db);
    return;
  }
  for (const action of ['update', 'delete']) {
    await sql`
      create trigger ${sql.ref(`${table}_no_${action}`)} before ${sql.raw(action)} on ${sql.table(table)}
      begin select raise(abort, ${refusal}); end
    `.execute(db);
  }
}

/**
 * Lets the numbers of an auto-increment column `id` go on behind the largest one that was ever inserted by
 * hand, as SQLite's do. For tables some of whose rows come with a fixed id.
 */
export async function followLargestId(db: Kysely<unknown>, table: string): Promise<void> {
  if (!isPostgres(db)) return;
  const follow = sql.ref(`${table}_follow_largest_id`);
  const sequence = `${table}_id_seq`;
  await sql`
    create function ${follow}() returns trigger language plpgsql as $$ begin
      if new.id > (select last_value from ${sql.table(sequence)}) then
        perform setval(${sql.lit(sequence)}, new.id);
      end if;
      return null;
    end $$
  `.execute(db);
  await sql`
    create trigger ${follow} after insert on ${sql.table(table)}
    for each row execute function ${follow}()
  `.execute(db);
}
