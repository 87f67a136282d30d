import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { type AppDatabase, openDatabase } from '../database.ts';

/** Address of a server on which tests make their databases; without it they use SQLite files. */
export const serverVariable = 'YURT_TEST_DATABASE';

/** A migrated, empty database of that server, which tests copy. */
export const templateDatabase = 'yurt_template';

/** What a test's databases are in this run, for names of tests. */
export const testDatabaseKind = process.env[serverVariable] ? 'PostgreSQL' : 'SQLite';

/**
 * Opens the database of a test: the file, made when it is missing, or where a server is given a database on it that stands for the
 * file, the same for as long as the file would be.
 */
export async function openTestDatabase(file: string): Promise<AppDatabase> {
  const server = process.env[serverVariable];
  if (server) return openDatabase(await testDatabaseUrl(file, server));
  template ??= makeTemplate();
  if (!existsSync(file)) copyFileSync(await template, file);
  return openDatabase(file);
}

let template: Promise<string> | undefined;

/** A migrated, empty file: copying it is much faster than running every migration for every test. */
async function makeTemplate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'yurt-template-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'empty.db');
  await (await openDatabase(file)).close();
  return file;
}

/** Address of the database that stands for a file; it is made when it is missing. */
export async function testDatabaseUrl(
  file: string,
  server = process.env[serverVariable] ?? '',
): Promise<string> {
  const name = nameOf(file);
  await onServer(server, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    // Copying files is the fastest way for a small database.
    await client.query(
      `create database ${escapeIdentifier(name)} template ${templateDatabase} strategy file_copy`,
    );
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Removes what stood for a file on the server; the file itself is the caller's. */
export async function dropTestDatabase(file: string): Promise<void> {
  const server = process.env[serverVariable];
  if (!server) return;
  const drop = `drop database if exists ${escapeIdentifier(nameOf(file))} with (force)`;
  await onServer(server, async (client) => void (await client.query(drop)));
}

function nameOf(file: string): string {
  return `yurt_${createHash('sha256').update(file).digest('hex').slice(0, 24)}`;
}

async function onServer(url: string, action: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await action(client);
  } finally {
    await client.end();
  }
}
