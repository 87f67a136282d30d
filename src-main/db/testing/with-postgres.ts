import { spawn } from 'node:child_process';
import { Client } from 'pg';
import { openDatabase } from '../database.ts';
import { serverVariable, templateDatabase } from './open-test-database.ts';
import { startPostgres, whyNoPostgres } from './postgres-server.ts';

/**
 * Runs a command with a PostgreSQL server for its tests, and ends the server after it:
 * `node src-main/db/testing/with-postgres.ts node_modules/.bin/vitest run src-main/horde --project node`.
 * Where no server can be started it says why on standard error and ends with 77.
 */
async function main([command, ...args]: readonly string[]): Promise<number> {
  if (command === undefined) throw new Error('a command is needed');
  const reason = await whyNoPostgres();
  if (reason !== undefined) {
    process.stderr.write(`${reason}\n`);
    return 77;
  }
  const server = await startPostgres();
  try {
    await makeTemplate(server.urlOf('postgres'), server.urlOf(templateDatabase));
    const env = { ...process.env, [serverVariable]: server.urlOf('postgres') };
    const child = spawn(command, args, { stdio: 'inherit', env });
    process.once('exit', () => child.kill());
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    await server.stop();
  }
}

async function makeTemplate(server: string, template: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${templateDatabase} encoding 'UTF8' template template0`);
  await client.end();
  await (await openDatabase(template)).close();
}

process.exitCode = await main(process.argv.slice(2));
