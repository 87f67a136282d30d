import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rewardUptime } from './rewards.ts';
import { createKudosService } from './service.ts';
import { settleJob } from './settlements.ts';
import { type BenchUser, openBench, someTime } from './testing/bench.ts';
import { grantTrust } from './trust.ts';

let bench: Awaited<ReturnType<typeof openBench>>;

beforeEach(async () => {
  bench = await openBench();
  await bench.addUser({ id: 1, extraCents: 1_000_000 });
});
afterEach(() => bench.closeSound());

const addOwner = async (user: Partial<BenchUser> = {}) => {
  await bench.addUser({ id: 2, ageDays: 8, ...user });
  await bench.addWorker('w', 2, true);
};
const work = (jobId: string, rewardCents = 1225) =>
  bench.db.write(() =>
    settleJob(bench.db.query, {
      kind: 'image',
      jobId,
      requestId: 'request',
      requesterId: 1,
      workerOwnerId: 2,
      priceCents: rewardCents + 100,
      rewardCents,
      now: someTime,
    }),
  );
const isTrusted = async () => {
  const user = await bench.db.read
    .selectFrom('users')
    .select('is_trusted')
    .where('id', '=', 2)
    .executeTakeFirstOrThrow();
  return user.is_trusted === 1;
};
const isPaused = async () => {
  const worker = await bench.db.read.selectFrom('horde_workers').select('paused').executeTakeFirstOrThrow();
  return worker.paused === 1;
};

describe('promotion', () => {
  it('is off until the host sets a threshold', async () => {
    await addOwner();
    await work('a', 10_000_000);
    expect(await isTrusted()).toBe(false);
  });

  it('comes with the reward that brings the escrow over the threshold, and drains it', async () => {
    await addOwner();
    await bench.setThreshold(12.24);
    expect(await work('a')).toMatchObject({ isPromoted: false });
    expect(await work('b')).toMatchObject({ isPromoted: false });
    expect(await work('c')).toMatchObject({ isPromoted: true });
    expect(await bench.balances()).toMatchObject({ '2': 2500 + 3 * 1225, 'escrow 2': 0 });
    expect([await isTrusted(), await isPaused()]).toEqual([true, false]);
    expect(await bench.statistics(2)).toMatchObject({ 'kudos:accumulated': 3 * 1225 });
    expect(await work('d')).toMatchObject({ isPromoted: false });
    expect(await bench.balances()).toMatchObject({ '2': 2500 + 4 * 1225, 'escrow 2': 0 });
  });

  it('comes with uptime, too', async () => {
    await addOwner();
    await bench.setThreshold(1);
    const uptime = { workerId: 'w', ownerId: 2, markSeconds: 601, cents: 5600, now: someTime };
    expect(await bench.db.write(() => rewardUptime(bench.db.query, uptime))).toEqual({ isPromoted: true });
    expect(await bench.balances()).toMatchObject({ '2': 8100 });
  });

  it.each<[string, Partial<BenchUser>, number]>([
    ['younger than a week', { ageDays: 6.9 }, 0],
    ['flagged', { flags: { is_flagged: 1 } }, 0],
    ['deleted', { isDeleted: true }, 0],
    ['suspicious', {}, 5],
  ])('passes by an account that is %s', async (_, user, points) => {
    await addOwner(user);
    await bench.suspect(2, points);
    await bench.setThreshold(1);
    await work('a');
    expect(await isTrusted()).toBe(false);
    expect(await bench.balances()).toMatchObject({ 'escrow 2': 612 });
  });

  it('comes with the next sweep to an account that has grown old enough', async () => {
    await addOwner({ ageDays: 6 });
    await bench.setThreshold(1);
    await work('a');
    const kudos = createKudosService({ db: bench.db, clock: () => someTime });
    expect(await kudos.sweep(someTime)).toMatchObject({ promoted: 0 });
    const tomorrow = someTime + 24 * 60 * 60 * 1000;
    expect(await kudos.sweep(tomorrow)).toMatchObject({ promoted: 1 });
    expect(await kudos.sweep(tomorrow)).toMatchObject({ promoted: 0 });
    expect(await isTrusted()).toBe(true);
  });

  it('by a moderator drains the escrow once, and again what comes after trust was taken away', async () => {
    await addOwner();
    const grant = () => bench.db.write(() => grantTrust(bench.db.query, { userId: 2, now: someTime }));
    await work('a');
    expect([await grant(), await grant()]).toEqual([612, 0]);
    expect(await isPaused()).toBe(false);
    await bench.db.write(function* () {
      yield bench.db.query.updateTable('users').set({ is_trusted: 0 }).where('id', '=', 2).compile();
    });
    await work('b');
    expect([await grant(), await grant()]).toEqual([612, 0]);
    const promotions = (await bench.eventKeys()).filter((key) => key.startsWith('promote:2:'));
    expect(new Set(promotions).size).toBe(2);
  });

  it('never makes the anonymous account trusted', async () => {
    await bench.addUser({ id: 0, oauthId: 'anon' });
    expect(await bench.db.write(() => grantTrust(bench.db.query, { userId: 0, now: someTime }))).toBe(0);
    const anonymous = bench.db.read.selectFrom('users').select('is_trusted').where('id', '=', 0);
    expect(await anonymous.executeTakeFirst()).toEqual({ is_trusted: 0 });
  });
});
