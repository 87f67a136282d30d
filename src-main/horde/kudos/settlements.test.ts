import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MovementConflictError } from './ledger.ts';
import { rewardRating, rewardStyle, rewardUptime } from './rewards.ts';
import { chargeActivation, type JobSettlement, settleJob } from './settlements.ts';
import { openBench, someTime } from './testing/bench.ts';
import { grantTrust } from './trust.ts';

let bench: Awaited<ReturnType<typeof openBench>>;

beforeEach(async () => {
  bench = await openBench();
  await bench.addUser({ id: 0, oauthId: 'anon' });
  await bench.addUser({ id: 1, extraCents: 100_000 });
  await bench.addUser({ id: 2, flags: { is_trusted: 1 } });
  await bench.addUser({ id: 3 });
});
afterEach(() => bench.closeSound());

const job: JobSettlement = {
  kind: 'image',
  jobId: 'job',
  requestId: 'request',
  requesterId: 1,
  workerOwnerId: 2,
  priceCents: 1386,
  rewardCents: 1225,
  things: 11_800_000,
  now: someTime,
};
const settle = (change: Partial<JobSettlement> = {}) =>
  bench.db.write(() => settleJob(bench.db.query, { ...job, ...change }));

describe('settling a job', () => {
  it('pays the owner and burns the rest, with the records of both', async () => {
    expect(await settle()).toEqual({ rewardCents: 1225, isPromoted: false });
    expect(await bench.balances()).toMatchObject({ '1': 101_114, '2': 3725, tax: 161 });
    expect(await bench.statistics(1)).toEqual({
      'kudos:accumulated': -1386,
      'request:image': 1,
      'usage:pixelsteps': 11_800_000,
    });
    expect(await bench.statistics(2)).toEqual({
      'kudos:accumulated': 1225,
      'fulfillment:image': 1,
      'contribution:pixelsteps': 11_800_000,
    });
  });

  it.each([
    ['text', { 'request:text': 1, 'usage:tokens': 80 }],
    ['interrogation', { 'request:interrogation': 1 }],
  ] as const)('counts a job of %s as what it is', async (kind, records) => {
    await settle({ kind, things: 80 });
    expect(await bench.statistics(1)).toEqual({ 'kudos:accumulated': -1386, ...records });
  });

  it('scales the usage that is recorded by the multiplier of the account, never the price', async () => {
    const { db } = bench;
    await db.write(function* () {
      yield db.query.updateTable('users').set({ usage_permille: 500 }).where('id', '=', 1).compile();
    });
    await settle();
    expect(await bench.statistics(1)).toMatchObject({
      'kudos:accumulated': -1386,
      'usage:pixelsteps': 5_900_000,
    });
  });

  it('pays once, however often and however concurrently it is settled', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => settle()));
    expect(answers).toEqual(Array.from({ length: 5 }, () => ({ rewardCents: 1225, isPromoted: false })));
    expect(await bench.balances()).toMatchObject({ '2': 3725, tax: 161 });
    expect(await bench.statistics(2)).toMatchObject({ 'fulfillment:image': 1 });
  });

  it.each<Partial<JobSettlement>>([
    { priceCents: 1387 },
    { rewardCents: 1 },
    { requesterId: 3 },
    { workerOwnerId: 3 },
  ])('refuses a settled job that comes again with %o', async (change) => {
    await settle();
    await expect(settle(change)).rejects.toThrow(MovementConflictError);
    expect(await bench.balances()).toMatchObject({ '2': 3725, tax: 161 });
  });

  it('keeps half of the pay of an account under evaluation in escrow', async () => {
    await settle({ workerOwnerId: 3 });
    expect(await bench.balances()).toMatchObject({ '3': 2500 + 613, 'escrow 3': 612 });
    expect(await bench.statistics(3)).toMatchObject({ 'kudos:accumulated': 613 });
  });

  it('is a repeat even when the owner has become trusted meanwhile', async () => {
    await settle({ workerOwnerId: 3 });
    await bench.db.write(() => grantTrust(bench.db.query, { userId: 3, now: someTime }));
    await settle({ workerOwnerId: 3 });
    expect(await bench.balances()).toMatchObject({ '3': 3725, 'escrow 3': 0 });
  });

  it('never uses escrow for the anonymous account', async () => {
    await settle({ workerOwnerId: 0 });
    expect(await bench.balances()).not.toHaveProperty('escrow 0');
  });

  it('mints the pay of a censored job, whose requester pays the tax alone', async () => {
    await settle({ priceCents: 100 });
    expect(await bench.balances()).toMatchObject({ '1': 102_400, '2': 3725, subsidy: -1125, tax: 0 });
  });

  it('pays own work on the own worker: the taxes are lost', async () => {
    await settle({ workerOwnerId: 1 });
    const earned = 613;
    expect(await bench.balances()).toMatchObject({ '1': 102_500 - 1386 + earned, 'escrow 1': 612 });
  });

  it('forgives what an account at its floor cannot pay', async () => {
    await settle({ requesterId: 3 });
    expect(await bench.balances()).toMatchObject({ '3': 2500, '2': 3725, tax: 161, floor: -1386 });
  });

  it('lets the anonymous account down to its floor and no further', async () => {
    for (const jobId of ['a', 'b', 'c', 'd', 'e']) await settle({ jobId, requesterId: 0 });
    expect(await bench.balances()).toMatchObject({ '0': -5000, floor: -(5 * 1386 - 5000) });
  });

  it('rolls back with the unit that holds it', async () => {
    const before = await bench.balances();
    const unit = bench.db.write(function* () {
      yield* settleJob(bench.db.query, job);
      throw new Error('the job was gone');
    });
    await expect(unit).rejects.toThrow('the job was gone');
    expect(await bench.balances()).toEqual(before);
  });
});

describe('activation', () => {
  it('burns the tax once and counts as a request', async () => {
    const tax = { kind: 'text', requestId: 'r', userId: 1, taxCents: 300, now: someTime } as const;
    for (let time = 0; time < 2; time += 1) {
      await bench.db.write(() => chargeActivation(bench.db.query, tax));
    }
    expect(await bench.balances()).toMatchObject({ '1': 102_200, tax: 300 });
    expect(await bench.statistics(1)).toEqual({ 'kudos:accumulated': -300, 'request:text': 1 });
  });
});

describe('uptime', () => {
  const uptime = { workerId: 'w', ownerId: 3, markSeconds: 612, cents: 5600, now: someTime };
  const reward = (change: Partial<Parameters<typeof rewardUptime>[1]> = {}) =>
    bench.db.write(() => rewardUptime(bench.db.query, { ...uptime, ...change }));

  it('is paid once a mark, all of it into escrow while under evaluation', async () => {
    await Promise.all([reward(), reward()]);
    await reward({ markSeconds: 1300 });
    expect(await bench.balances()).toMatchObject({ '3': 2500, 'escrow 3': 11_200 });
  });

  it('goes to the balance of alchemists and of the trusted', async () => {
    await reward({ kind: 'interrogation', cents: 4000 });
    await reward({ ownerId: 2, workerId: 'v' });
    expect(await bench.balances()).toMatchObject({ '3': 6500, '2': 8100 });
    expect(await bench.statistics(3)).toEqual({ 'kudos:accumulated': 4000 });
  });
});

describe('smaller rewards', () => {
  it('give the author of a style two kudos a request, never for own use', async () => {
    const style = { kind: 'image', requestId: 'r', authorId: 2, payerId: 1, now: someTime } as const;
    const reward = (change: { authorId?: number } = {}) =>
      bench.db.write(() => rewardStyle(bench.db.query, { ...style, ...change }));
    expect([await reward({ authorId: 1 }), await reward(), await reward()]).toEqual([false, true, false]);
    expect(await bench.balances()).toMatchObject({ '1': 102_500, '2': 2700 });
    expect(await bench.statistics(2)).toEqual({ 'kudos:styled': 200, 'style:image': 1 });
  });

  it('give for ratings once a request', async () => {
    const rating = { requestId: 'r', userId: 1, cents: 1000, now: someTime };
    const reward = () => bench.db.write(() => rewardRating(bench.db.query, rating));
    expect([await reward(), await reward()]).toEqual([true, false]);
    expect(await bench.statistics(1)).toEqual({ 'kudos:awarded': 1000 });
  });
});
