import BetterSqlite3 from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { expect, it } from 'vitest';
import { migrateToLatest } from '../migrate.ts';
import { migrations } from './index.ts';
import landed from './landed-0130.schema.json' with { type: 'json' };

it('makes of the steps up to 0130 the tables that they made when they were published', async () => {
  const connection = new BetterSqlite3(':memory:');
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: connection }) });
  const published = Object.entries(migrations).filter(([name]) => name <= '0130-z');
  await migrateToLatest(db, Object.fromEntries(published));
  const made = connection
    .prepare(
      `select type, name, tbl_name as "table", sql from sqlite_master
       where name not like 'sqlite_%' and name not like 'kysely_%' order by type, name`,
    )
    .all();
  // Quotes around a name and the breaks of a line say nothing about a table.
  const meaningOf = (entry: unknown) =>
    JSON.parse(
      JSON.stringify(entry)
        .replaceAll(String.raw`\"`, '')
        .replaceAll(/(\\n|\s)+/g, ' '),
    );
  expect(made.map(meaningOf)).toEqual(landed.map(meaningOf));
  await db.destroy();
});
