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
 * Kysely that only reads, over the writer's own connection: a group of writes is built and committed
 * without `await`, so a read never falls inside one, and a second connection would have to read its pages
 * anew after every commit. Unlike Kysely's own driver it keeps prepared statements and takes no lock.
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
  readonly #reader: ReadConnection;

  constructor(connection: BetterSqlite3.Database) {
    this.#reader = new ReadConnection(connection);
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#reader);
  }

  async releaseConnection(): Promise<void> {}

  beginTransaction(): Promise<void> {
    return Promise.reject(new Error('this only reads; units of writing go to the writer'));
  }

  commitTransaction(): Promise<void> {
    return this.beginTransaction();
  }

  rollbackTransaction(): Promise<void> {
    return this.beginTransaction();
  }

  /** The connection is the writer's, which closes it. */
  async destroy(): Promise<void> {}
}

class ReadConnection implements DatabaseConnection {
  readonly #statements: StatementCache;

  constructor(connection: BetterSqlite3.Database) {
    this.#statements = new StatementCache(connection);
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#statements.of(sql);
    if (!statement.readonly) throw new Error(`this only reads: ${sql}`);
    // The builder's type describes these rows; the driver can only hand them over as unknown.
    return { rows: statement.all(...parameters) as R[] };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed');
  }
}
