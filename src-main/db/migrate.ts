import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { DatabaseFromFutureError } from './errors.ts';
import { migrations } from './migrations/index.ts';

/**
 * Brings a database to the newest schema.
 * @throws DatabaseFromFutureError when it holds steps that this version lacks
 */
export async function migrateToLatest(
  db: Kysely<unknown>,
  steps: Readonly<Record<string, Migration>> = migrations,
): Promise<{ applied: readonly string[] }> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...steps }) },
  });
  const known = new Set(Object.keys(steps));
  const unknown = (await executedMigrations(db)).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new DatabaseFromFutureError(
      `This data was written by a newer version of Yurt (steps ${unknown.join(', ')}). Update Yurt, or choose another data folder.`,
    );
  }
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return { applied: (results ?? []).map((result) => result.migrationName) };
}

async function executedMigrations(db: Kysely<unknown>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const log = db.withTables<{ kysely_migration: { name: string } }>();
  const executed = await log.selectFrom('kysely_migration').select('name').execute();
  return executed.map((entry) => entry.name);
}
