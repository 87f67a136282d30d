import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endApp, startAgain, startApp } from './testing/launch-app.ts';

let folder: string;
let codeWhileRunning: number | null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-ledger-'));
  const running = await startApp(folder, ['--no-worker']);
  codeWhileRunning = (await startAgain(folder, '--check-ledger')).code;
  await endApp(running, 'SIGTERM');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the check of the books', () => {
  it('waits until nothing moves any more', () => {
    expect(codeWhileRunning).toBe(3);
  });

  it('says that they are right', async () => {
    const { code, stdout } = await startAgain(folder, '--check-ledger');
    expect(stdout).toContain('The books are right.');
    expect(code).toBe(0);
  });

  it('tells of a balance that its postings do not make, and mends it when asked', async () => {
    const db = new BetterSqlite3(join(folder, 'yurt.db'));
    db.exec("update kudos_account set balance = balance + 700 where kind = 'user' and user_id = 1");
    db.close();
    const wrong = await startAgain(folder, '--check-ledger');
    expect([wrong.code, wrong.stdout]).toEqual([1, expect.stringContaining('wrong: account')]);
    const mended = await startAgain(folder, '--repair-ledger');
    expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining('The books are right.')]);
    expect((await startAgain(folder, '--check-ledger')).code).toBe(0);
  });
});
