import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { between, type Line, MovementConflictError, post } from './ledger.ts';
import { checkLedger } from './audit/index.ts';
import { openBench } from './testing/bench.ts';

let bench: Awaited<ReturnType<typeof openBench>>;

beforeEach(async () => {
  bench = await openBench();
  for (const id of [1, 2]) await bench.addUser({ id });
});
afterEach(() => bench.close());

const give = (lines: readonly Line[], key = 'award:a') =>
  bench.db.write(() => post(bench.db.query, { key, type: 'RATING_REWARD', lines, now: 1 }));

describe('the ledger', () => {
  it('moves what its lines say, once', async () => {
    expect(await give(between('mint', { userId: 1 }, 300))).toEqual({ isNew: true });
    expect(await give(between('mint', { userId: 1 }, 300))).toEqual({ isNew: false });
    expect(await bench.balances()).toMatchObject({ '1': 2800, mint: -5300 });
  });

  it('refuses a key that comes with other lines, and changes nothing', async () => {
    await give(between('mint', { userId: 1 }, 300));
    const before = await bench.balances();
    await expect(give(between('mint', { userId: 1 }, 301))).rejects.toThrow(MovementConflictError);
    await expect(give(between('mint', { userId: 2 }, 300))).rejects.toThrow(MovementConflictError);
    expect(await bench.balances()).toEqual(before);
  });

  it('refuses lines that do not sum to zero, that are not whole, or of nobody', async () => {
    const user = { userId: 1 };
    await expect(give([{ side: user, cents: 1 }])).rejects.toThrow(RangeError);
    await expect(give(between('mint', user, 0.5))).rejects.toThrow(RangeError);
    await expect(give(between('mint', user, 2 ** 60))).rejects.toThrow(RangeError);
    await expect(give(between('mint', { userId: 99 }, 5))).rejects.toThrow('no kudos account');
    expect(await bench.eventKeys()).toEqual(['open:1', 'open:2']);
  });

  it('forgives what a debit leaves under the floor, in the same movement', async () => {
    await give(between('tax', { userId: 1 }, -700));
    expect(await bench.balances()).toMatchObject({ '1': 2500, tax: 700, floor: -700 });
    const postings = await bench.db.read
      .selectFrom('kudos_posting as p')
      .innerJoin('kudos_event as e', 'e.id', 'p.event_id')
      .select(['amount', 'balance_after'])
      .where('e.key', '=', 'award:a')
      .orderBy('p.id')
      .execute();
    expect(postings).toEqual([
      { amount: -700, balance_after: 1800 },
      { amount: 700, balance_after: 700 },
      { amount: -700, balance_after: -700 },
      { amount: 700, balance_after: 2500 },
    ]);
  });

  it('opens an escrow with its first line', async () => {
    await give(between('mint', { escrowOf: 2 }, 40));
    await give(between('mint', { escrowOf: 2 }, 2), 'award:b');
    expect(await bench.balances()).toMatchObject({ 'escrow 2': 42 });
  });

  it.each(['kudos_event', 'kudos_posting'] as const)(
    'refuses to change or delete rows of %s',
    async (table) => {
      const { db } = bench;
      await expect(db.write(() => run(db.query.deleteFrom(table)))).rejects.toThrow('append-only');
      await expect(db.write(() => run(db.query.updateTable(table).set({ id: 99 })))).rejects.toThrow(
        'append-only',
      );
      expect(await checkLedger(db)).toEqual({ ok: true, problems: [] });
    },
  );
});
