import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDatabase } from './database.ts';
import { dropTestDatabase, openTestDatabase, testDatabaseKind } from './testing/open-test-database.ts';
import { row, rows, run, type Work } from './work.ts';

let folder: string;
let db: AppDatabase;
const file = () => join(folder, 'test.db');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yurt-contract-'));
  db = await openTestDatabase(file());
});
afterEach(async () => {
  await db.close();
  await dropTestDatabase(file());
  await rm(folder, { recursive: true, force: true });
});

const put = (name: string, value: string) =>
  run(db.query.insertInto('studio_document').values({ name, value, updated_at: 1 }));
const names = async () => {
  const found = await db.read.selectFrom('studio_document').select('name').orderBy('name').execute();
  return found.map(({ name }) => name);
};

describe(`units of writing on ${testDatabaseKind}`, () => {
  it('give results once they are committed, and how many rows a query changed', async () => {
    expect(await db.write(() => put('a', '1'))).toBe(1);
    const changed = await db.write(function* () {
      const none = yield* run(db.query.deleteFrom('studio_document').where('name', '=', 'b'));
      const all = yield* run(db.query.updateTable('studio_document').set({ value: '2' }));
      const read = yield* run(db.query.selectFrom('studio_document').selectAll());
      return { none, all, read };
    });
    expect(changed).toEqual({ none: 0, all: 1, read: 0 });
    expect(await names()).toEqual(['a']);
  });

  it('are rolled back alone when they throw', async () => {
    const outcomes = await Promise.allSettled([
      db.write(() => put('a', '1')),
      db.write(function* (): Work<void> {
        yield* put('b', '1');
        throw new RangeError('changed my mind');
      }),
      db.write(() => put('c', '1')),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { name: 'RangeError', message: 'changed my mind' } });
    expect(await names()).toEqual(['a', 'c']);
  });

  it('may catch a failed query and go on, and end with what was written before it and after', async () => {
    await db.write(() => put('a', 'first'));
    const kept = await db.write(function* (): Work<string | undefined> {
      yield* put('b', 'before');
      try {
        yield* put('a', 'second');
      } catch {
        const found = yield* row(
          db.query.selectFrom('studio_document').select('value').where('name', '=', 'a'),
        );
        yield* put('c', 'after');
        return found?.value;
      }
      return 'no clash';
    });
    expect(kept).toBe('first');
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  it('may catch the failure of their last query', async () => {
    await db.write(() => put('a', 'first'));
    await db.write(function* (): Work<void> {
      yield* put('b', 'before');
      try {
        yield* put('a', 'second');
      } catch {
        // The clash is what this is about.
      }
    });
    expect(await names()).toEqual(['a', 'b']);
  });

  it('at the same moment see each other whole or not at all', async () => {
    await db.write(() => put('counter', '0'));
    const byName = db.query.selectFrom('studio_document').select('value').where('name', '=', 'counter');
    const add = function* (): Work<void> {
      const found = yield* row(byName);
      const value = String(Number(found?.value) + 1);
      yield* run(db.query.updateTable('studio_document').set({ value }).where('name', '=', 'counter'));
    };
    await Promise.all(Array.from({ length: 60 }, () => db.write(add)));
    const counted = await db.read.selectFrom('studio_document').select('value').executeTakeFirst();
    expect(counted).toEqual({ value: '60' });
  });

  it('are refused after the database was closed', async () => {
    const other = await openTestDatabase(join(folder, 'other.db'));
    await other.close();
    await expect(other.write(() => put('late', ''))).rejects.toThrow('closed');
    await dropTestDatabase(join(folder, 'other.db'));
  });
});

describe(`reads on ${testDatabaseKind}`, () => {
  it('refuse to write, alone and as a unit', async () => {
    await expect(db.read.deleteFrom('users').execute()).rejects.toThrow(/only reads|read-only/);
    await expect(db.readUnit(() => put('a', ''))).rejects.toThrow(/only reads|read-only/);
    await expect(
      db.read.transaction().execute((inside) => inside.selectFrom('users').execute()),
    ).rejects.toThrow('only reads');
    expect(await db.readUnit(() => rows(db.query.selectFrom('studio_document').selectAll()))).toEqual([]);
  });

  it('give back what was written: whole numbers, fractions, text in the order of its bytes', async () => {
    const texts = ['B', 'a', 'ä', '中', 'Z', '🙂', "o'clock", 'back\\slash'];
    for (const text of texts) await db.write(() => put(text, text));
    const stored = await db.read
      .selectFrom('studio_document')
      .select(['name', 'value', 'updated_at'])
      .orderBy('name')
      .execute();
    const inOrder = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(stored).toEqual(inOrder.map((text) => ({ name: text, value: text, updated_at: 1 })));
    const facts = await db.read
      .selectFrom('studio_document')
      .select((e) => [
        e.fn.countAll<number>().as('n'),
        e.fn.sum<number>('updated_at').as('sum'),
        e.fn.max('updated_at').as('max'),
        e('updated_at', '>', 5).as('isLate'),
      ])
      .groupBy('updated_at')
      .execute();
    expect(facts).toEqual([{ n: texts.length, sum: texts.length, max: 1, isLate: 0 }]);
  });
});

it(`makes the tables of ${testDatabaseKind} refuse what contradicts them`, async () => {
  const mode = { name: 'raid_mode', is_on: 2, changed: 5 } as const;
  await expect(db.write(() => run(db.query.insertInto('horde_modes').values(mode)))).rejects.toThrow(
    /check/i,
  );
  const event = { actor_id: 1, action: 'test', detail: '{}', created: 1 };
  await db.write(() => run(db.query.insertInto('horde_audit').values(event)));
  const changes = [
    db.query.updateTable('horde_audit').set({ action: 'other' }),
    db.query.deleteFrom('horde_audit'),
  ];
  for (const change of changes) await expect(db.write(() => run(change))).rejects.toThrow('append-only');
});
