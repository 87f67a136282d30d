import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { availableCents, consumeHold, placeHold, releaseHold, releaseOrphanHolds } from './holds.ts';
import { openBench, someTime } from './testing/bench.ts';
import { transferKudos } from './transfers.ts';

let bench: Awaited<ReturnType<typeof openBench>>;

beforeEach(async () => {
  bench = await openBench();
  await bench.addUser({ id: 1, extraCents: 10_000 });
  await bench.addUser({ id: 2, extraCents: 10_000 });
});
afterEach(() => bench.close());

const place = (requestId: string, cents: number, userId = 1) =>
  bench.db.write(() => placeHold(bench.db.query, { requestId, userId, cents, now: someTime }));
const consume = (requestId: string, cents: number) =>
  bench.db.write(() => consumeHold(bench.db.query, requestId, cents));
const release = (requestId: string) => bench.db.write(() => releaseHold(bench.db.query, requestId, someTime));
const available = () => bench.db.readUnit(() => availableCents(bench.db.query, 1));
const holds = () => bench.db.read.selectFrom('kudos_hold').selectAll().orderBy('key').execute();

describe('a hold', () => {
  it('takes what it holds out of what can be spent, and not out of the balance', async () => {
    expect(await available()).toBe(10_000);
    expect([await place('r', 6000), await available()]).toEqual([true, 4000]);
    expect([await place('s', 4001), await available()]).toEqual([false, 4000]);
    expect((await bench.balances())['1']).toBe(12_500);
  });

  it('is used up by debits and never goes below nothing', async () => {
    await place('r', 6000);
    await consume('r', 5000);
    expect(await holds()).toMatchObject([{ original: 6000, remaining: 1000 }]);
    await consume('r', 5000);
    expect(await holds()).toMatchObject([{ original: 6000, remaining: 0 }]);
  });

  it('may be released twice, and is used up no more afterwards', async () => {
    await place('r', 6000);
    await release('r');
    await release('r');
    await consume('r', 10);
    expect(await holds()).toMatchObject([{ remaining: 6000, released: someTime }]);
    expect(await available()).toBe(10_000);
  });

  it('stays as it is when it is placed again, and is armed again after a release', async () => {
    await place('r', 6000);
    await consume('r', 1000);
    expect(await place('r', 9000)).toBe(true);
    expect(await holds()).toMatchObject([{ original: 6000, remaining: 5000 }]);
    await release('r');
    expect(await place('r', 9000)).toBe(true);
    expect(await holds()).toMatchObject([{ original: 9000, remaining: 9000, released: null }]);
  });

  it('belongs to its payer', async () => {
    await place('r', 6000);
    await release('r');
    expect(await place('r', 10, 2)).toBe(false);
    expect(await holds()).toMatchObject([{ user_id: 1, released: someTime }]);
  });

  it('goes with a request that is gone', async () => {
    await place('gone', 6000);
    expect(await bench.db.write(() => releaseOrphanHolds(bench.db.query, someTime))).toBe(1);
    expect(await bench.db.write(() => releaseOrphanHolds(bench.db.query, someTime))).toBe(0);
    expect(await available()).toBe(10_000);
  });

  it('never promises with transfers what is not there, whatever comes at once', async () => {
    const spend = fc.record({ isTransfer: fc.boolean(), kudos: fc.integer({ min: 1, max: 60 }) });
    let schedule = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(spend, { maxLength: 12 }), async (spends) => {
        schedule += 1;
        const had = await available();
        const accepted = await Promise.all(
          spends.map(async ({ isTransfer, kudos }, at) => {
            const id = `${schedule}-${at}`;
            if (!isTransfer) return (await place(id, kudos * 100)) ? kudos : 0;
            const order = { senderId: 1, target: '2', amount: kudos, key: id, now: someTime };
            return bench.db.write(() => transferKudos(bench.db.query, order)).catch(() => 0);
          }),
        );
        const promised = 100 * accepted.reduce((sum, kudos) => sum + kudos, 0);
        expect(await available()).toBe(had - promised);
        expect(await available()).toBeGreaterThanOrEqual(0);
        for (const [at] of spends.entries()) await release(`${schedule}-${at}`);
      }),
      { numRuns: 20 },
    );
  });
});
