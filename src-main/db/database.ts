import type { Compilable, Kysely } from 'kysely';
import type { Database } from './schema.ts';
import { isServerAddress } from './server-address.ts';
import { openSqlite } from './sqlite.ts';
import type { Work } from './work.ts';

/** The app's database: reads of what is committed, writes in units that are durable when they resolve. */
export interface AppDatabase {
  /** Reads what is committed. Never write through it. */
  readonly read: Kysely<Database>;
  /** Builds queries for units of writing; it cannot run them. */
  readonly query: Kysely<Database>;
  /** Reads what a query that was built already asks for: `prepared` ones spare the building. */
  select<O>(query: Compilable<O>): Promise<O[]>;
  /**
   * Runs a unit that only reads, as of one moment and without a transaction that others would wait for: for
   * a rule that a writing unit holds to as well.
   */
  readUnit<R>(work: () => Work<R>): Promise<R>;
  /**
   * Runs a unit; resolves when it is on disk. On PostgreSQL a unit may run more than once before one run of
   * it is committed, so it touches nothing but the database.
   */
  write<R>(work: () => Work<R>): Promise<R>;
  /**
   * Tells of rows that another process has changed. SQLite has one process, so it never tells. It begins
   * with the first listener.
   * @returns ends the telling
   */
  watch(listener: (change: ForeignChange) => void): () => void;
  close(): Promise<void>;
}

/**
 * A row that another process changed; `everything` when changes may have gone by untold, since the
 * connection was lost for a while.
 */
export type ForeignChange =
  | { readonly table: 'horde_requests'; readonly id: string }
  | { readonly table: 'horde_modes' }
  | { readonly table: 'everything' };

/**
 * Opens, checks and migrates a database: an SQLite file, or `postgres://user:password@host:port/name`.
 * @throws DatabaseDamagedError · DatabaseFromFutureError · DatabaseServerError
 */
export async function openDatabase(target: string): Promise<AppDatabase> {
  if (!isServerAddress(target)) return openSqlite(target);
  // Most people have no server, and no use for its client at the start.
  const { openPostgres } = await import('./postgres/open.ts');
  return openPostgres(target);
}
