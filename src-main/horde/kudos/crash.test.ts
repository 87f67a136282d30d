import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#main/db/database.ts';
import { testDatabaseKind } from '#main/db/testing/open-test-database.ts';
import { checkLedger } from './audit/index.ts';
import { balances, openBench, someTime } from './testing/bench.ts';
import { copyAsCrashed, interrupted, unitOf } from './testing/happen.ts';
import type { Happening } from './testing/model.ts';

let bench: Awaited<ReturnType<typeof openBench>>;

beforeEach(async () => {
  bench = await openBench();
  for (const id of [1, 2]) await bench.addUser({ id, extraCents: 10_000, ageDays: 8 });
  await bench.setThreshold(1);
});
afterEach(() => bench.close());

const events: readonly Happening[] = [
  { kind: 'activate', id: 'r', user: 1, cents: 300 },
  { kind: 'settle', id: 'j', request: 'r', work: 'image', user: 1, owner: 2, cost: 1386, pay: 1225 },
  { kind: 'uptime', id: 'w', mark: 601, work: 'image', owner: 2, cents: 5600 },
  { kind: 'style', id: 'r', user: 1, owner: 2 },
  { kind: 'transfer', id: 't', user: 1, to: 2, kudos: 5 },
  { kind: 'trust', user: 2 },
  { kind: 'change', id: 'c', user: 1, cents: -50_000 },
  { kind: 'hold', id: 'h', user: 1, cents: 40 },
];

/** More queries than any of these units has. */
const longest = 40;

/** A crash is what the files hold at an instant; those of a server are its own. */
const hasFiles = testDatabaseKind === 'SQLite';

describe.each(events)('a $kind', (event) => {
  it('that throws before any of its queries moves nothing', async () => {
    const before = await balances(bench.db);
    for (let query = 0; query < longest; query += 1) {
      const fail = () => {
        throw new Error('half way');
      };
      const unit = () => interrupted(unitOf(bench.db.query, event, someTime), query, fail);
      await expect(bench.db.write(unit)).rejects.toThrow('half way');
    }
    expect(await balances(bench.db)).toEqual(before);
    expect(await checkLedger(bench.db)).toEqual({ ok: true, problems: [] });
  });

  it.runIf(hasFiles)('is whole or not at all after a crash before any of its queries', async () => {
    const before = await balances(bench.db);
    const copies: string[] = [];
    await bench.db.write(function* () {
      const unit = unitOf(bench.db.query, event, someTime);
      for (let step = unit.next(); !step.done;) {
        const copy = join(bench.folder, `crashed-${copies.length}.db`);
        copyAsCrashed(bench.file, copy);
        copies.push(copy);
        step = unit.next(yield step.value);
      }
    });
    expect(copies.length).toBeGreaterThan(0);
    for (const copy of copies) {
      const db = await openDatabase(copy);
      expect(await balances(db)).toEqual(before);
      expect((await checkLedger(db)).problems).toEqual([]);
      // What was asked for again after the crash is done once.
      await db.write(() => unitOf(db.query, event, someTime));
      await db.write(() => unitOf(db.query, event, someTime));
      expect(await balances(db)).toEqual(await balances(bench.db));
      await db.close();
    }
  });
});

describe.runIf(hasFiles)('a process that is killed', () => {
  it('has on disk what it acknowledged, and half of nothing', { timeout: 60_000 }, async () => {
    for (const killAfter of [3, 40, 200]) {
      const { acknowledged, file } = await killedAfter(killAfter);
      const db = await openDatabase(file);
      const events = await db.read.selectFrom('kudos_event').select('key').execute();
      const keys = new Set(events.map((it) => it.key));
      expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter);
      expect(acknowledged.filter((id) => !keys.has(`settle:${id}`))).toEqual([]);
      expect(await checkLedger(db)).toEqual({ ok: true, problems: [] });
      await db.close();
    }
  });

  /** Lets a process settle jobs without end and kills it when it has acknowledged so many. */
  async function killedAfter(count: number): Promise<{ acknowledged: string[]; file: string }> {
    const file = join(bench.folder, `killed-${count}.db`);
    copyAsCrashed(bench.file, file);
    const script = join(import.meta.dirname, 'testing', 'endless-work.ts');
    const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === count) child.kill('SIGKILL');
    }
    return { acknowledged, file };
  }
});
