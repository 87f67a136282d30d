import BetterSqlite3 from 'better-sqlite3';
import {
  type Dialect,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { existsSync } from 'node:fs';
import type { AppDatabase } from './database.ts';
import { DatabaseDamagedError } from './errors.ts';
import { migrateToLatest } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { readDialect } from './read-dialect.ts';
import type { Database } from './schema.ts';
import { StatementCache } from './statements.ts';
import { perform } from './work.ts';
import { GroupedWriter } from './writer.ts';

/**
 * Opens, checks and migrates an SQLite file; makes it when it is missing. Before an upgrade of an
 * existing file a copy is kept beside it (`<file>.before-upgrade`).
 * @throws DatabaseDamagedError · DatabaseFromFutureError
 */
export async function openSqlite(file: string): Promise<AppDatabase> {
  const isNew = !existsSync(file);
  const connection = openConnection(file);
  try {
    if (!isNew) {
      checkIntegrity(connection);
      await backUpBeforeUpgrade(connection, file);
    }
    await migrateToLatest(new Kysely({ dialect: new SqliteDialect({ database: connection }) }));
  } catch (error) {
    connection.close();
    throw asDamage(error);
  }
  const statements = new StatementCache(connection);
  const writer = new GroupedWriter(connection, statements);
  const read = new Kysely<Database>({
    dialect: readDialect(sqliteBuilder, (query) => statements.read(query)),
  });
  return {
    read,
    query: new Kysely<Database>({ dialect: sqliteBuilder }),
    select: async (query) => {
      const { rows } = statements.read(query.compile());
      // The builder's type describes these rows; the driver can only hand them over as unknown.
      return rows as never[];
    },
    readUnit: async (work) => perform(work(), (query) => statements.read(query)),
    write: (work) => writer.write(work),
    watch: () => () => undefined,
    close: async () => {
      writer.close();
      await read.destroy();
      connection.pragma('wal_checkpoint(TRUNCATE)');
      connection.close();
    },
  };
}

/** The parts of a dialect that build queries and run none. */
const sqliteBuilder: Dialect = {
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
};

/** Pages in memory, as far as they are used: with SQLite's own 2 MB every commit of a busy horde reads from disk. */
const cacheKib = 16 * 1024;
/** Pages of the log before they are copied into the file; a page that many commits change is copied once. */
const checkpointPages = 4000;

function openConnection(file: string): BetterSqlite3.Database {
  const connection = new BetterSqlite3(file);
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('busy_timeout = 5000');
    connection.pragma(`cache_size = -${cacheKib}`);
    connection.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  } catch (error) {
    connection.close();
    throw asDamage(error);
  }
  return connection;
}

function checkIntegrity(connection: BetterSqlite3.Database): void {
  const verdict = connection.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new DatabaseDamagedError(`The database is damaged: ${String(verdict)}`);
}

async function backUpBeforeUpgrade(connection: BetterSqlite3.Database, file: string): Promise<void> {
  const known = connection
    .prepare("select count(*) as n from sqlite_master where name = 'kysely_migration'")
    .pluck()
    .get();
  const executed =
    known === 1 ? connection.prepare('select count(*) from kysely_migration').pluck().get() : 0;
  if (typeof executed === 'number' && executed < Object.keys(migrations).length) {
    await connection.backup(`${file}.before-upgrade`);
  }
}

function asDamage(error: unknown): unknown {
  if (!(error instanceof BetterSqlite3.SqliteError)) return error;
  if (error.code !== 'SQLITE_NOTADB' && !error.code.startsWith('SQLITE_CORRUPT')) return error;
  return new DatabaseDamagedError(`The database is damaged: ${error.message}`, { cause: error });
}
