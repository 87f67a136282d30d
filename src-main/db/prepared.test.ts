import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDatabase } from './database.ts';
import { prepared, preparedRows } from './prepared.ts';
import { dropTestDatabase, openTestDatabase } from './testing/open-test-database.ts';
import { row, run } from './work.ts';

interface Stat {
  readonly model: string;
  readonly jobs: number;
}

const start = 60_000;
const insertStat = prepared((query, { model, jobs }: { model: string; jobs: number }) =>
  query.insertInto('horde_stats').values({ type: 'image', model, start, jobs, things: jobs }),
);
const raiseJobs = prepared((query, { model, by }: { model: string; by: number }) =>
  query
    .updateTable('horde_stats')
    .set((e) => ({ jobs: e('jobs', '+', by), things: e('things', '+', by) }))
    .where('model', '=', model),
);
const statOf = prepared((query, { model }: { model: string }) =>
  query.selectFrom('horde_stats').select(['model', 'jobs', 'things']).where('model', '=', model),
);

let folder: string;
let db: AppDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-prepared-'));
  db = await openTestDatabase(join(folder, 'yurt.db'));
});

afterEach(async () => {
  await db.close();
  await dropTestDatabase(join(folder, 'yurt.db'));
  rmSync(folder, { recursive: true, force: true });
});

describe('a prepared query', () => {
  const insert = ({ model, jobs }: Stat) => db.write(() => run(insertStat(db.query, { model, jobs })));

  it('runs with the values of each use, however often one of them stands in it', async () => {
    await insert({ model: 'a', jobs: 1 });
    await insert({ model: 'b', jobs: 2 });
    expect(await db.write(() => run(raiseJobs(db.query, { model: 'b', by: 5 })))).toBe(1);
    const read = (model: string) => db.readUnit(() => row(statOf(db.query, { model })));
    expect(await read('a')).toEqual({ model: 'a', jobs: 1, things: 1 });
    expect(await read('b')).toEqual({ model: 'b', jobs: 7, things: 7 });
    expect(await db.select(statOf(db.query, { model: 'b' }))).toEqual([{ model: 'b', jobs: 7, things: 7 }]);
    expect(await db.select(statOf(db.query, { model: 'c' }))).toEqual([]);
  });

  it('takes lists, each length as a query of its own', async () => {
    const insertAll = preparedRows((query, stats: readonly Stat[]) =>
      query
        .insertInto('horde_stats')
        .values(stats.map(({ model, jobs }) => ({ type: 'image', model, start, jobs, things: jobs }))),
    );
    const jobsOf = preparedRows((query, models: ReadonlyArray<Pick<Stat, 'model'>>) =>
      query
        .selectFrom('horde_stats')
        .select('jobs')
        .where(
          'model',
          'in',
          models.map(({ model }) => model),
        )
        .orderBy('jobs'),
    );
    const stats = ['a', 'b', 'c'].map((model, at) => ({ model, jobs: at }));
    expect(await db.write(() => run(insertAll(db.query, stats)))).toBe(3);
    const counts = async (...models: string[]) => {
      const query = jobsOf(
        db.query,
        models.map((model) => ({ model })),
      );
      return (await db.select(query)).map(({ jobs }) => jobs);
    };
    expect(await counts('c', 'a')).toEqual([0, 2]);
    expect(await counts('b')).toEqual([1]);
    expect(await counts('a', 'c')).toEqual([0, 2]);
  });

  it('is built once for a database', async () => {
    let builds = 0;
    const counted = prepared((query, { model }: { model: string }) => {
      builds += 1;
      return query.selectFrom('horde_stats').select('jobs').where('model', '=', model);
    });
    const [first, second] = ['a', 'b'].map((model) => counted(db.query, { model }).compile());
    expect(builds).toBe(1);
    expect(second?.sql).toBe(first?.sql);
    expect([first?.parameters, second?.parameters]).toEqual([['a'], ['b']]);
  });

  it('refuses a use that lacks what the first one had', () => {
    const find = prepared((query, { model = 'a' }: { model?: string }) =>
      query.selectFrom('horde_stats').select('jobs').where('model', '=', model),
    );
    expect(find(db.query, { model: 'b' }).compile().parameters).toEqual(['b']);
    expect(() => find(db.query, {}).compile()).toThrow(TypeError);
  });

  it('refuses to be built from what its values are', () => {
    const find = (text: string) =>
      db.query.selectFrom('horde_stats').select('jobs').where('model', '=', text);
    const joined = prepared((_query, { model }: { model: string }) => find(`${model} of mine`));
    expect(() => joined(db.query, { model: 'a' }).compile()).toThrow(TypeError);
    const asJson = prepared((_query, { model }: { model: string }) => find(JSON.stringify([model])));
    expect(() => asJson(db.query, { model: 'a' }).compile()).toThrow(TypeError);
  });
});
