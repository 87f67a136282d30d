import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import type { QueryOutcome } from './work.ts';

type Read = (query: CompiledQuery) => QueryOutcome | Promise<QueryOutcome>;

/**
 * Kysely that only reads, through a function of ours. On SQLite that is the writer's own connection: a group
 * of writes is built and committed without `await`, so a read never falls inside one, and a second connection
 * would have to read its pages anew after every commit. Unlike Kysely's own driver it keeps prepared
 * statements and takes no lock.
 */
export function readDialect(builder: Dialect, read: Read): Dialect {
  return {
    createAdapter: () => builder.createAdapter(),
    createDriver: () => new ReadDriver(read),
    createIntrospector: (db) => builder.createIntrospector(db),
    createQueryCompiler: () => builder.createQueryCompiler(),
  };
}

class ReadDriver implements Driver {
  readonly #reader: ReadConnection;

  constructor(read: Read) {
    this.#reader = new ReadConnection(read);
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

  /** Whoever gave the function closes what is behind it. */
  async destroy(): Promise<void> {}
}

class ReadConnection implements DatabaseConnection {
  readonly #read: Read;

  constructor(read: Read) {
    this.#read = read;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows } = await this.#read(query);
    // The builder's type describes these rows; the driver can only hand them over as unknown.
    return { rows: rows as R[] };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed');
  }
}
