import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppDatabase, openDatabase } from '../database.ts';
import { startCuttingProxy } from '../testing/cutting-proxy.ts';
import { dropTestDatabase, serverVariable, testDatabaseUrl } from '../testing/open-test-database.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import { row, run, type Work } from '../work.ts';

const given = process.env[serverVariable] ?? '';
const why = given === '' ? ' (skipped: runs under src-main/db/testing/with-postgres.ts)' : '';

/** Adds one to the counter, and an entry for it, in one unit. */
const add = (db: AppDatabase, name: string) =>
  function* (): Work<void> {
    const counter = db.query.selectFrom('studio_document').select('updated_at').where('name', '=', 'counter');
    const found = yield* row(counter);
    const count = (found?.updated_at ?? 0) + 1;
    yield* run(
      db.query
        .insertInto('studio_document')
        .values({ name: 'counter', value: '', updated_at: count })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ updated_at: count })),
    );
    yield* run(db.query.insertInto('studio_document').values({ name, value: 'entry', updated_at: count }));
  };

async function entriesOf(db: AppDatabase): Promise<{ counter: number | undefined; names: string[] }> {
  const stored = await db.read.selectFrom('studio_document').selectAll().execute();
  return {
    counter: stored.find(({ name }) => name === 'counter')?.updated_at,
    names: stored.filter(({ value }) => value === 'entry').map(({ name }) => name),
  };
}

describe.skipIf(given === '')(`a commit whose connection breaks${why}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yurt-cuts-'));
  });
  afterAll(async () => {
    await dropTestDatabase(folder);
    await rm(folder, { recursive: true });
  });

  it('is made again when it did not arrive, and not when only its answer was lost', async () => {
    const url = new URL(await testDatabaseUrl(folder));
    const proxy = await startCuttingProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    const db = await openDatabase(url.href);
    const cuts = ['before', 'after', 'after', 'before', 'before', 'after'] as const;
    proxy.cutNext(...cuts);
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
    for (const name of names.slice(0, 10)) await db.write(add(db, name));
    await Promise.all(names.slice(10).map((name) => db.write(add(db, name))));
    expect(proxy.cutsLeft).toBe(0);
    const stored = await entriesOf(db);
    expect(stored.counter).toBe(names.length);
    expect(stored.names.toSorted()).toEqual(names.toSorted());
    await db.close();
    proxy.close();
  });
});

describe.skipIf(given === '')(`a server that is restarted under load${why}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  it('loses nothing that was acknowledged, applies nothing twice and ends no process', async () => {
    const db = await openDatabase(server.urlOf('postgres'));
    const acknowledged: string[] = [];
    const reads: number[] = [];
    let isOver = false;
    const writers = [0, 1, 2, 3, 4, 5].map(async (writer) => {
      for (let i = 0; !isOver; i += 1) {
        const name = `w${writer}-${i}`;
        await db.write(add(db, name));
        acknowledged.push(name);
      }
    });
    const reader = (async () => {
      while (!isOver) reads.push((await entriesOf(db)).counter ?? 0);
    })();
    for (const awayMs of [0, 700]) {
      await delay(600);
      const before = acknowledged.length;
      await server.restart(awayMs);
      await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(before + 20);
    }
    isOver = true;
    await Promise.all([...writers, reader]);
    const stored = await entriesOf(db);
    expect(stored.counter).toBe(acknowledged.length);
    expect(stored.names.toSorted()).toEqual(acknowledged.toSorted());
    expect(reads).toEqual(reads.toSorted((a, b) => a - b));
    // With nothing under way: the idle connections are cut, and the next call needs new ones.
    await server.restart(0);
    await db.write(add(db, 'last'));
    expect((await entriesOf(db)).counter).toBe(acknowledged.length + 1);
    await db.close();
  }, 60_000);
});
