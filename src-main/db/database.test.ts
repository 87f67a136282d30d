import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { DatabaseDamagedError, DatabaseFromFutureError } from './errors.ts';
import { migrateToLatest } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { StatementCache } from './statements.ts';
import { row, rows, run, type Work } from './work.ts';
import { GroupedWriter } from './writer.ts';

interface Scratch {
  entry: { id: number; note: string };
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-db-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function scratch() {
  const connection = new BetterSqlite3(join(folder, 'scratch.db'));
  connection.exec('create table entry (id integer primary key, note text not null) strict');
  const query = new Kysely<Scratch>({ dialect: new SqliteDialect({ database: connection }) });
  const writer = new GroupedWriter(connection, new StatementCache(connection));
  return { connection, query, writer };
}

describe('units of writing', () => {
  it('gives results once they are committed', async () => {
    const { connection, query, writer } = scratch();
    const changed = await writer.write(function* () {
      return yield* run(query.insertInto('entry').values({ id: 1, note: 'a' }));
    });
    expect(changed).toBe(1);
    expect(connection.inTransaction).toBe(false);
    expect(connection.prepare('select note from entry').pluck().all()).toEqual(['a']);
    connection.close();
  });

  it('rolls a failing unit back alone and keeps its neighbours of the same group', async () => {
    const { connection, query, writer } = scratch();
    const insert = (id: number) =>
      function* (): Work<number> {
        return yield* run(query.insertInto('entry').values({ id, note: `n${id}` }));
      };
    const outcomes = await Promise.allSettled([
      writer.write(insert(1)),
      writer.write(function* (): Work<void> {
        yield* run(query.insertInto('entry').values({ id: 2, note: 'half' }));
        yield* run(query.insertInto('entry').values({ id: 1, note: 'clash' }));
      }),
      writer.write(insert(3)),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(connection.prepare('select id from entry order by id').pluck().all()).toEqual([1, 3]);
    connection.close();
  });

  it('commits a long queue in several groups, so that others get their turn in between', async () => {
    const { connection, query, writer } = scratch();
    const writes = Array.from({ length: 300 }, (_, id) =>
      writer.write(() => run(query.insertInto('entry').values({ id, note: 'a' }))),
    );
    const stored = connection.prepare('select count(*) from entry').pluck();
    await writes[0];
    expect(stored.get()).toBeLessThan(100);
    await writes[150];
    expect(stored.get()).toBeLessThan(300);
    writer.close();
    expect(await Promise.all(writes)).toHaveLength(300);
    expect(stored.get()).toBe(300);
    connection.close();
  });

  it('lets a unit catch a failed query and go on', async () => {
    const { connection, query, writer } = scratch();
    const note = await writer.write(function* (): Work<string | undefined> {
      yield* run(query.insertInto('entry').values({ id: 1, note: 'first' }));
      try {
        yield* run(query.insertInto('entry').values({ id: 1, note: 'second' }));
      } catch {
        const kept = yield* row(query.selectFrom('entry').selectAll().where('id', '=', 1));
        return kept?.note;
      }
      return 'no clash';
    });
    expect(note).toBe('first');
    connection.close();
  });

  it('applies every unit exactly once in the order given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ maxLength: 5 }), { maxLength: 40 }), async (notes) => {
        const connection = new BetterSqlite3(':memory:');
        connection.exec('create table entry (id integer primary key, note text not null) strict');
        const query = new Kysely<Scratch>({ dialect: new SqliteDialect({ database: connection }) });
        const writer = new GroupedWriter(connection, new StatementCache(connection));
        await Promise.all(
          notes.map((note, id) =>
            writer.write(function* () {
              yield* run(query.insertInto('entry').values({ id, note }));
            }),
          ),
        );
        const stored = await writer.write(function* () {
          return yield* rows(query.selectFrom('entry').select('note').orderBy('id'));
        });
        expect(stored.map((entry) => entry.note)).toEqual(notes);
        connection.close();
      }),
      { numRuns: 50 },
    );
  });

  it('refuses work after it was closed', async () => {
    const { connection, query, writer } = scratch();
    writer.close();
    await expect(
      writer.write(function* () {
        yield* run(query.insertInto('entry').values({ id: 1, note: 'late' }));
      }),
    ).rejects.toThrow('closed');
    connection.close();
  });
});

describe('opening the database', () => {
  it('makes a new file and opens it again with what was written', async () => {
    const file = join(folder, 'yurt.db');
    await (await openDatabase(file)).close();
    const again = await openDatabase(file);
    const answer = await sql<{ mode: string }>`select journal_mode as mode from pragma_journal_mode`.execute(
      again.read,
    );
    expect(answer.rows).toEqual([{ mode: 'wal' }]);
    await again.close();
  });

  it('reads through a connection that neither writes nor begins transactions', async () => {
    const db = await openDatabase(join(folder, 'yurt.db'));
    const { read } = db;
    const accounts = read.selectFrom('users').selectAll();
    expect(await accounts.execute()).toEqual([]);
    expect(await accounts.execute()).toEqual([]);
    await expect(read.deleteFrom('users').execute()).rejects.toThrow('only reads');
    await expect(
      read.transaction().execute((inside) => inside.selectFrom('users').execute()),
    ).rejects.toThrow('only reads');
    await db.close();
  });

  it('runs a unit that reads without a transaction, and refuses one that writes', async () => {
    const db = await openDatabase(join(folder, 'yurt.db'));
    const mode = { name: 'raid_mode', is_on: 1, changed: 5 } as const;
    const add = () => run(db.query.insertInto('horde_modes').values(mode));
    const read = () => row(db.query.selectFrom('horde_modes').selectAll());
    await expect(db.readUnit(add)).rejects.toThrow('only reads');
    expect(await db.readUnit(read)).toBeUndefined();
    const written = db.write(add);
    // The group is written at the end of this turn.
    expect(await db.readUnit(read)).toBeUndefined();
    await written;
    expect(await db.readUnit(read)).toEqual(mode);
    await db.close();
  });

  it('keeps what waits when the columns go that it was once searched by', async () => {
    const file = join(folder, 'yurt.db');
    const connection = new BetterSqlite3(file);
    const before = new Kysely<unknown>({ dialect: new SqliteDialect({ database: connection }) });
    const earlier = Object.entries(migrations).filter(([name]) => name < '0130');
    await migrateToLatest(before, Object.fromEntries(earlier));
    connection.exec(`insert into horde_requests
      (id, user_id, shape, area, nsfw, names_models, things, score, asked, open_slots, next_slot,
       is_cancelled, base_kudos, consumed_cents, client_agent, created, expiry)
      values ('a', 1, '{}', 64, 0, 1, 640, 2.5, 3, 2, 1, 0, 10.5, 100, 'agent', 5, 6)`);
    connection.exec("insert into horde_request_models values ('a', 'tiny')");
    await before.destroy();
    const db = await openDatabase(file);
    expect(await db.read.selectFrom('horde_requests').selectAll().execute()).toEqual([
      expect.objectContaining({ seq: 1, id: 'a', things: 640, score: 2.5, open_slots: 2, base_kudos: 10.5 }),
    ]);
    expect(await db.read.selectFrom('horde_request_models').select('model').execute()).toEqual([
      { model: 'tiny' },
    ]);
    await db.close();
  });

  it.each([
    ['garbage', Buffer.from('this is not a database, it never was'.repeat(200))],
    ['a cut header', Buffer.from('SQLite format 3\0')],
  ])('says that a file with %s is damaged and leaves it where it is', async (_, content) => {
    const file = join(folder, 'yurt.db');
    writeFileSync(file, content);
    await expect(openDatabase(file)).rejects.toBeInstanceOf(DatabaseDamagedError);
    expect(readdirSync(folder)).toContain('yurt.db');
  });

  it('refuses data of a newer version', async () => {
    const connection = new BetterSqlite3(join(folder, 'future.db'));
    const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: connection }) });
    const step = { up: () => Promise.resolve() };
    await migrateToLatest(db, { '0001-now': step, '0002-later': step });
    await expect(migrateToLatest(db, { '0001-now': step })).rejects.toBeInstanceOf(DatabaseFromFutureError);
    await db.destroy();
  });
});
