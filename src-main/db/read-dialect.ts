import type BetterSqlite3 from 'better-sqlite3';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { StatementCache } from './statements.ts';

/**
 * Kysely over a connection that only reads. Unlike Kysely's own driver it keeps prepared statements, and
 * takes no lock around its one connection: a read has no `await` inside and no transaction.
 */
export function readDialect(connection: BetterSqlite3.Database): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ReadDriver(connection),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class ReadDriver implements Driver {
  readonly #connection: BetterSqlite3.Database;
  readonly #reader: ReadConnection;

  constructor(connection: BetterSqlite3.Database) {
    this.#connection = connection;
    this.#reader = new ReadConnection(connection);
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#reader);
  }

  async releaseConnection(): Promise<void> {}

  beginTransaction(): Promise<void> {
    return Promise.reject(new Error('this connection only reads; units of writing go to the writer'));
  }

  commitTransaction(): Promise<void> {
    return this.beginTransaction();
  }

  rollbackTransaction(): Promise<void> {
    return this.beginTransaction();
  }

  async destroy(): Promise<void> {
    this.#connection.close();
  }
}

class ReadConnection implements DatabaseConnection {
  readonly #statements: StatementCache;

  constructor(connection: BetterSqlite3.Database) {
    this.#statements = new StatementCache(connection);
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    // The builder's type describes these rows; the driver can only hand them over as unknown.
    return { rows: this.#statements.of(sql).all(...parameters) as R[] };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed');
  }
}
