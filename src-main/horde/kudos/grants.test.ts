import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addMonth, moderatorStipendCents } from '#shared/horde/kudos/stipend.ts';
import { storeCheck } from './checks.ts';
import { changeKudos, changeMonthlyKudos } from './grants.ts';
import { createKudosService } from './service.ts';
import { openBench, someTime } from './testing/bench.ts';

let bench: Awaited<ReturnType<typeof openBench>>;

beforeEach(async () => {
  bench = await openBench();
  await bench.addUser({ id: 1 });
});
afterEach(() => bench.closeSound());

const change = (cents: number, id = 'a') =>
  bench.db.write(() => changeKudos(bench.db.query, { id, userId: 1, cents, now: someTime }));
const changeMonthly = (cents: number, id: string, userId = 1) =>
  bench.db.write(() => changeMonthlyKudos(bench.db.query, { id, userId, cents, now: someTime }));
const sweep = async (now: number) =>
  (await createKudosService({ db: bench.db, clock: () => now }).sweep(now)).stipends;

describe("an admin's change", () => {
  it('gives and takes, and is told as a sum', async () => {
    expect(await change(10_000)).toBe(12_500);
    expect(await change(10_000)).toBe(12_500);
    expect(await change(-4000, 'b')).toBe(8500);
    expect(await bench.balances()).toMatchObject({ admin: -6000 });
    expect(await bench.statistics(1)).toEqual({ 'kudos:admin': 6000 });
  });

  it('takes down to the floor', async () => {
    expect(await change(-100)).toBe(2500);
    expect(await bench.balances()).toMatchObject({ admin: 100, floor: -100 });
  });

  it('waits while the books are wrong', async () => {
    const { db } = bench;
    const check = { ok: false, problems: ['account 1 says 2'], now: someTime };
    await db.write(() => storeCheck(db.query, check));
    await expect(change(100)).rejects.toMatchObject({ status: 400, rc: 'KudosValidationError' });
    await expect(changeMonthly(100, 'm')).rejects.toMatchObject({ rc: 'KudosValidationError' });
    await db.write(() => storeCheck(db.query, { ok: true, problems: [], now: someTime }));
    expect(await change(100)).toBe(2600);
  });
});

describe('monthly kudos', () => {
  it('are paid at once when they grow, and debit nothing when they shrink', async () => {
    expect(await changeMonthly(5000, 'a')).toBe(5000);
    expect(await changeMonthly(-3000, 'b')).toBe(2000);
    expect(await changeMonthly(-3000, 'c')).toBe(0);
    expect(await bench.balances()).toMatchObject({ '1': 7500 });
    expect(await bench.statistics(1)).toEqual({ 'kudos:recurring': 5000 });
  });

  it('come once a month, however often the sweep runs', async () => {
    await changeMonthly(5000, 'a');
    const next = addMonth(someTime);
    expect([await sweep(someTime), await sweep(next)]).toEqual([0, 0]);
    expect(await Promise.all([sweep(next + 1), sweep(next + 1), sweep(next + 2)])).toContain(1);
    expect(await sweep(next + 3)).toBe(0);
    expect(await bench.balances()).toMatchObject({ '1': 2500 + 2 * 5000 });
  });

  it('come to a moderator at once, 300 000 of them', async () => {
    await bench.addUser({ id: 2, flags: { is_moderator: 1 } });
    await bench.addUser({ id: 3, flags: { is_moderator: 1 }, isDeleted: true });
    expect([await sweep(someTime), await sweep(someTime + 1)]).toEqual([1, 0]);
    expect(await bench.balances()).toMatchObject({ '2': 2500 + moderatorStipendCents, '3': 2500 });
    expect(await bench.eventKeys()).toContain(`stipend:2:${someTime}`);
  });

  it('catch up one instalment a run for the months that were missed', async () => {
    await changeMonthly(100, 'a');
    let later = someTime;
    for (let month = 0; month < 3; month += 1) later = addMonth(later);
    const runs = [];
    for (let hour = 1; hour <= 5; hour += 1) runs.push(await sweep(later + hour * 3_600_000));
    expect(runs).toEqual([1, 1, 1, 0, 0]);
  });
});
