import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropTestDatabase, serverVariable, testDatabaseUrl } from '#main/db/testing/open-test-database.ts';
import { callHorde, endApp, exitOf, launchApp, startApp } from './testing/launch-app.ts';

const given = process.env[serverVariable] ?? '';
const why = given === '' ? ' (skipped: runs under src-main/db/testing/with-postgres.ts)' : '';

describe.skipIf(given === '')(`the app on PostgreSQL${why}`, () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'yurt-app-postgres-'));
  });
  afterEach(async () => {
    await dropTestDatabase(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });

  it('keeps accounts and requests there over a restart, and the password out of its files', async () => {
    const url = await testDatabaseUrl(dataDir);
    const options = ['--no-worker', '--database', url];
    const first = await startApp(dataDir, options);
    const body = { prompt: 'a lighthouse', models: ['nobody makes this'] };
    const asked = await callHorde(first.line, '/generate/async', { body });
    expect(asked.status).toBe(202);
    expect(await endApp(first, 'SIGTERM')).toBe(0);

    const second = await startApp(dataDir, options);
    expect(second.line.admin_key).toBe(first.line.admin_key);
    const check = await callHorde(second.line, `/generate/check/${String(asked.json['id'])}`);
    expect(check).toMatchObject({ status: 200, json: { waiting: 1 } });
    expect(await endApp(second, 'SIGTERM')).toBe(0);

    const files = await readdir(dataDir, { recursive: true, withFileTypes: true });
    expect(files.map((file) => file.name)).not.toContain('yurt.db');
    for (const file of files.filter((entry) => entry.isFile())) {
      const content = await readFile(join(file.parentPath, file.name), 'utf8');
      expect(content).not.toContain(new URL(url).password);
    }
  }, 60_000);

  it('says in a sentence that the server is not there, without the password', async () => {
    const { child, line } = await launchApp(dataDir, ['--database', 'postgres://u:hunter2@127.0.0.1:1/d']);
    expect(line).toEqual({
      error: 'database_unusable',
      message: expect.stringMatching(/^The PostgreSQL server at 127\.0\.0\.1:1 does not answer\./),
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(await exitOf(child)).toBe(4);
  }, 60_000);
});
