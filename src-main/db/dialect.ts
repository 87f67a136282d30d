import { type Kysely, PostgresAdapter } from 'kysely';

/** Whether a Kysely builds its queries for PostgreSQL; else it is SQLite. */
export function isPostgres<DB>(db: Kysely<DB>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
