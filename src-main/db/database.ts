import BetterSqlite3 from 'better-sqlite3';
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { existsSync } from 'node:fs';
import { migrateToLatest } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { readDialect } from './read-dialect.ts';
import type { Database } from './schema.ts';
import { StatementCache } from './statements.ts';
import { perform, type Work } from './work.ts';
import { GroupedWriter } from './writer.ts';

/** The app's database: reads of what is committed, writes grouped into durable commits. */
export interface AppDatabase {
  /** Reads what is committed. Never write through it. */
  readonly read: Kysely<Database>;
  /** Builds queries for units of writing; it cannot run them. */
  readonly query: Kysely<Database>;
  /**
   * Runs a unit that only reads, as of one moment and without a transaction: for a rule that a writing
   * unit holds to as well.
   */
  readUnit<R>(work: () => Work<R>): Promise<R>;
  /** Runs a unit; resolves when it is on disk. */
  write<R>(work: () => Work<R>): Promise<R>;
  close(): Promise<void>;
}

/** The file is not a database, or its pages contradict each other. */
export class DatabaseDamagedError extends Error {
  override readonly name = 'DatabaseDamagedError';
}

/**
 * Opens, checks and migrates an SQLite file; makes it when it is missing. Before an upgrade of an
 * existing file a copy is kept beside it (`<file>.before-upgrade`).
 * @throws DatabaseDamagedError · DatabaseFromFutureError
 */
export async function openDatabase(file: string): Promise<AppDatabase> {
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
  const read = new Kysely<Database>({ dialect: readDialect(statements) });
  return {
    read,
    query: queryBuilder(),
    readUnit: async (work) => perform(work(), (query) => statements.read(query)),
    write: (work) => writer.write(work),
    close: async () => {
      writer.close();
      await read.destroy();
      connection.pragma('wal_checkpoint(TRUNCATE)');
      connection.close();
    },
  };
}

/** A Kysely for SQLite that compiles queries and has no connection. */
export function queryBuilder(): Kysely<Database> {
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

function openConnection(file: string): BetterSqlite3.Database {
  const connection = new BetterSqlite3(file);
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('busy_timeout = 5000');
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
