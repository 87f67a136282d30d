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
import type { StatementCache } from './statements.ts';

/**
 * Kysely that only reads, over the writer's own connection: a group of writes is built and committed
 * without `await`, so a read never falls inside one, and a second connection would have to read its pages
 * anew after every commit. Unlike Kysely's own driver it keeps prepared statements and takes no lock.
 */
export function readDialect(statements: StatementCache): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ReadDriver(statements),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class ReadDriver implements Driver {
  readonly #reader: ReadConnection;

  constructor(statements: StatementCache) {
    this.#reader = new ReadConnection(statements);
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

  constructor(statements: StatementCache) {
    this.#statements = statements;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    // The builder's type describes these rows; the driver can only hand them over as unknown.
    return { rows: this.#statements.read(query).rows as R[] };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed');
  }
}
