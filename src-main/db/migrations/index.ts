import type { Migration } from 'kysely/migration';

/**
 * Every migration by its name, in order. Append only: a landed step never changes. Listed here and
 * not read from a folder, since a bundle has none.
 */
export const migrations: Readonly<Record<string, Migration>> = {};
