import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppDatabase, type ForeignChange, openDatabase } from '../database.ts';
import { lockRows } from '../locks.ts';
import { dropTestDatabase, serverVariable, testDatabaseUrl } from '../testing/open-test-database.ts';
import { row, rows, run, type Work } from '../work.ts';

const server = process.env[serverVariable] ?? '';
const why = server === '' ? ' (skipped: runs under src-main/db/testing/with-postgres.ts)' : '';

describe.skipIf(server === '')(`a PostgreSQL database that two processes share${why}`, () => {
  let folder: string;
  let url: string;
  let one: AppDatabase;
  let two: AppDatabase;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yurt-postgres-test-'));
    url = await testDatabaseUrl(folder);
    [one, two] = await Promise.all([openDatabase(url), openDatabase(url)]);
  });
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
    await dropTestDatabase(folder);
    await rm(folder, { recursive: true });
  });

  const statement = async <R extends object>(sql: string): Promise<R[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<R>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const put = (db: AppDatabase, name: string, value = '') =>
    run(db.query.insertInto('studio_document').values({ name, value, updated_at: 1 }));
  const valueOf = (db: AppDatabase, name: string) =>
    row(db.query.selectFrom('studio_document').select('value').where('name', '=', name));

  it('has the result of their units as if these had run one after the other', async () => {
    await one.write(() => put(one, 'counter', '0'));
    const add = (db: AppDatabase) =>
      function* (): Work<number> {
        const value = Number((yield* valueOf(db, 'counter'))?.value) + 1;
        const update = db.query.updateTable('studio_document').set({ value: String(value) });
        yield* run(update.where('name', '=', 'counter'));
        return value;
      };
    const given = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? one.write(add(one)) : two.write(add(two)))),
    );
    expect(given.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('lets nobody break a rule over rows that each of them only read', async () => {
    // Two may be there, and everybody who comes first counts who is there.
    const enter = (db: AppDatabase, name: string) =>
      function* (): Work<boolean> {
        const present = yield* rows(db.query.selectFrom('studio_document').select('name'));
        if (present.length >= 2) return false;
        yield* put(db, name);
        return true;
      };
    const let_in = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const db = i % 2 === 0 ? one : two;
        return db.write(enter(db, `n${i}`));
      }),
    );
    expect(let_in.filter(Boolean)).toHaveLength(2);
    expect(await one.read.selectFrom('studio_document').select('name').execute()).toHaveLength(2);
  });

  it('hides rows that one has locked from the other that would take them', async () => {
    await one.write(function* () {
      for (const name of ['a', 'b']) yield* put(one, name);
    });
    const first = (db: AppDatabase) =>
      row(
        db.query
          .selectFrom('studio_document')
          .select('name')
          .orderBy('name')
          .limit(1)
          .$call(lockRows(db.query, 'skip')),
      );
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`begin; select from studio_document where name = 'a' for update`);
    expect(await two.write(() => first(two))).toEqual({ name: 'b' });
    await client.query('rollback');
    await client.end();
    expect(await two.write(() => first(two))).toEqual({ name: 'a' });
  });

  it('tells each of them what the other has committed, and nothing of its own', async () => {
    const heard: Array<{ by: string; change: ForeignChange }> = [];
    const connected = Promise.all(
      [one, two].map(
        (db, i) =>
          new Promise<void>((resolve) => {
            db.watch((change) => {
              if (change.table === 'everything') resolve();
              else heard.push({ by: `db${i + 1}`, change });
            });
          }),
      ),
    );
    await connected;
    const mode = { name: 'raid_mode', is_on: 1, changed: 5 } as const;
    await one.write(() => run(one.query.insertInto('horde_modes').values(mode)));
    await expect.poll(() => heard).toEqual([{ by: 'db2', change: { table: 'horde_modes' } }]);
    await two.write(() => run(two.query.updateTable('horde_modes').set({ is_on: 0 })));
    await expect
      .poll(() => heard)
      .toEqual([
        { by: 'db2', change: { table: 'horde_modes' } },
        { by: 'db1', change: { table: 'horde_modes' } },
      ]);
  });

  it('goes on when the server ends its connections, idle ones and those at work', async () => {
    await one.write(() => put(one, 'a'));
    const others =
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'yurt%'";
    await statement(others);
    expect(await one.read.selectFrom('studio_document').select('name').execute()).toEqual([{ name: 'a' }]);
    let tries = 0;
    await one.write(function* (): Work<void> {
      yield* put(one, 'b');
      tries += 1;
      if (tries === 1) yield sql`select pg_terminate_backend(pg_backend_pid())`.compile(one.query);
      yield* put(one, 'c');
    });
    expect(tries).toBe(2);
    await statement(others);
    await one.write(() => put(one, 'd'));
    const stored = await one.read.selectFrom('studio_document').select('name').orderBy('name').execute();
    expect(stored.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('answers with numbers that are exact or not at all, and takes text with any character', async () => {
    const huge = { name: 'a', value: 'nul \0 and half a pair \uD83D', updated_at: Number.MAX_SAFE_INTEGER };
    await one.write(() => run(one.query.insertInto('studio_document').values(huge)));
    const stored = await one.read.selectFrom('studio_document').selectAll().execute();
    expect(stored).toEqual([{ ...huge, value: 'nul \uFFFD and half a pair \uFFFD' }]);
    const sum = one.read.selectFrom('studio_document').select((e) => e.fn.sum('updated_at').as('sum'));
    expect(await sum.execute()).toEqual([{ sum: Number.MAX_SAFE_INTEGER }]);
    await one.write(() => run(one.query.insertInto('studio_document').values({ ...huge, name: 'b' })));
    await expect(sum.execute()).rejects.toThrow('18014398509481982 is beyond the numbers that are exact');
  });

  it('numbers accounts behind the largest that came with a number', async () => {
    const insert = (id: number | null) =>
      sql<{ id: number }>`insert into users
        (${sql.raw(id === null ? '' : 'id, ')} username, oauth_id, created, last_active, concurrency, worker_invited,
         registered_via, public_workers, is_admin, is_moderator, is_trusted, is_flagged, is_service, is_education,
         is_customizer)
        values (${sql.raw(id === null ? '' : `${id}, `)} 'u', ${`test:${id}`}, 1, 1, 1, 0, 'seed', 0, 0, 0, 0, 0, 0, 0, 0)
        returning id`;
    const add = (id: number | null) =>
      one.write(function* (): Work<unknown> {
        const compiled = insert(id).compile(one.query);
        return (yield compiled).rows[0];
      });
    await add(0);
    await add(7);
    expect(await add(null)).toEqual({ id: 8 });
  });
});

it.skipIf(server === '')(`says who is refused, and which database is missing${why}`, async () => {
  const other = new URL(server);
  other.pathname = '/nothing_here';
  await expect(openDatabase(other.href)).rejects.toThrow('has no database named nothing_here');
  other.password = 'hunter2';
  await expect(openDatabase(other.href)).rejects.toThrow('refuses the password of the user yurt');
});
