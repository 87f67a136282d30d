import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bridgePayCents } from '#shared/horde/kudos/bridge.ts';
import {
  activationTaxCents,
  imageBasePrice,
  imageCostCents,
  imageRewardCents,
  modelFactor,
} from '#shared/horde/kudos/rules.ts';
import { imageUptimeCents } from '#shared/horde/kudos/uptime.ts';
import { availableCents, placeHold, releaseHold } from './holds.ts';
import { rewardUptime } from './rewards.ts';
import { chargeActivation, type JobSettlement, settleJob } from './settlements.ts';
import { openBench, someTime } from './testing/bench.ts';

/** The worked example of `kudos.md` 5: A asks for four pictures, the worker of O makes them. */
const [a, o] = [10, 20];
const price = imageBasePrice({
  width: 512,
  height: 768,
  steps: 30,
  samplerName: 'k_euler_a',
  hiresFix: false,
  hasSourceImage: false,
  sourceProcessing: 'txt2img',
  postProcessing: ['RealESRGAN_x2plus'],
  loraCount: 0,
  tiCount: 0,
});
const usual = {
  hasSourceImage: false,
  postProcessing: ['RealESRGAN_x2plus'],
  slowWorkers: true,
  workerBlacklist: false,
};
const reward = imageRewardCents(price, modelFactor(undefined));
const tax = activationTaxCents({ extraSourceImages: 0, usesForeignStyle: false });
const things = Math.round((512 * 768 * 30) / 10_000) * 10_000;

let bench: Awaited<ReturnType<typeof openBench>>;

beforeEach(async () => {
  bench = await openBench();
  await bench.addUser({ id: a, extraCents: 97_500 });
});
afterEach(() => bench.closeSound());

const addOwner = (isTrusted: boolean) =>
  bench.addUser({
    id: o,
    extraCents: 47_500,
    ageDays: 8,
    ...(isTrusted ? { flags: { is_trusted: 1 } } : {}),
  });
const activate = () =>
  bench.db.write(() =>
    chargeActivation(bench.db.query, { requestId: 'R', userId: a, taxCents: tax, now: someTime }),
  );
const settle = (jobId: string, change: Partial<JobSettlement> = {}) =>
  bench.db.write(() =>
    settleJob(bench.db.query, {
      kind: 'image',
      jobId,
      requestId: 'R',
      requesterId: a,
      workerOwnerId: o,
      priceCents: imageCostCents(reward, usual),
      rewardCents: reward,
      things,
      now: someTime,
      ...change,
    }),
  );
const figures = async () => {
  const found = await bench.balances();
  return [found[a], found[o], found['tax']];
};

describe('the worked example', () => {
  it('prices a picture at 12.25, at 13.86 for the requester', () => {
    expect([reward, imageCostCents(reward, usual), tax]).toEqual([1225, 1386, 100]);
    expect(Math.round((13.8625 * 4 + 1) * 100)).toBe(5645);
  });

  it('moves what its table says, to the last cent', async () => {
    await addOwner(true);
    const rows = [await figures()];
    await activate();
    rows.push(await figures());
    for (const job of ['J1', 'J2', 'J3', 'J4']) {
      await settle(job);
      rows.push(await figures());
    }
    expect(rows).toEqual([
      [100_000, 50_000, 0],
      [99_900, 50_000, 100],
      [98_514, 51_225, 261],
      [97_128, 52_450, 422],
      [95_742, 53_675, 583],
      [94_356, 54_900, 744],
    ]);
    expect(await bench.statistics(a)).toEqual({
      'kudos:accumulated': -5644,
      'request:image': 5,
      'usage:pixelsteps': 47_200_000,
    });
  });

  it('holds 56.45 under heavy load, and uses that up to a cent', async () => {
    await addOwner(true);
    const { db } = bench;
    const hold = { requestId: 'R', userId: a, cents: 5645, now: someTime };
    const remaining = async () =>
      (await db.read.selectFrom('kudos_hold').select('remaining').executeTakeFirst())?.remaining;
    expect(await db.readUnit(() => availableCents(db.query, a))).toBe(97_500);
    expect(await db.write(() => placeHold(db.query, hold))).toBe(true);
    await activate();
    expect(await remaining()).toBe(5545);
    for (const job of ['J1', 'J2', 'J3', 'J4']) await settle(job);
    expect(await remaining()).toBe(1);
    await db.write(() => releaseHold(db.query, 'R', someTime));
    expect(await db.readUnit(() => availableCents(db.query, a))).toBe(94_356 - 2500);
  });

  it('pays an untrusted owner half and promotes with the fourth picture', async () => {
    await addOwner(false);
    await bench.setThreshold(24);
    await activate();
    for (const job of ['J1', 'J2', 'J3']) await settle(job);
    expect(await bench.balances()).toMatchObject({ [o]: 50_000 + 3 * 613, [`escrow ${o}`]: 3 * 612 });
    expect(await settle('J4')).toMatchObject({ isPromoted: true });
    expect(await bench.balances()).toMatchObject({ [o]: 54_900, [`escrow ${o}`]: 0, [a]: 94_356 });
  });

  it('pays an untrusted owner 524.52 and keeps 24.48 without a threshold', async () => {
    await addOwner(false);
    await activate();
    for (const job of ['J1', 'J2', 'J3', 'J4']) await settle(job);
    expect(await bench.balances()).toMatchObject({ [o]: 52_452, [`escrow ${o}`]: 2448 });
  });

  it('pays a program that the public table does not list three quarters', async () => {
    await addOwner(true);
    const pay = bridgePayCents(reward, { kind: 'image', standing: 'other' }, true);
    await settle('J1', { rewardCents: pay });
    expect([pay, (await bench.balances())['tax']]).toEqual([919, 467]);
  });

  it.each([
    ['fast workers alone', { slowWorkers: false }, 1225, 1664],
    ['a source picture', { hasSourceImage: true }, 1225, 1772],
    ['an SDXL model', {}, 2450, 2673],
  ])('costs more with %s', (_, change, pay, cost) => {
    const factor = modelFactor(pay === 2450 ? 'stable_diffusion_xl' : undefined);
    expect(imageRewardCents(price, factor)).toBe(pay);
    expect(imageCostCents(pay, { ...usual, ...change })).toBe(cost);
  });

  it('charges a censored picture the tax and mints its pay', async () => {
    await addOwner(true);
    await settle('J4', { priceCents: imageCostCents(0, usual) });
    expect(await bench.balances()).toMatchObject({ [a]: 99_900, [o]: 51_225, subsidy: -1125 });
  });

  it('forgives an account at its floor', async () => {
    await addOwner(true);
    await bench.addUser({ id: 30 });
    await settle('J1', { requesterId: 30 });
    expect(await bench.balances()).toMatchObject({ '30': 2500, [o]: 51_225, tax: 161, floor: -1386 });
  });

  it('pays 56 for an uptime of 612 s with three models', async () => {
    await addOwner(true);
    const cents = imageUptimeCents({ models: ['x', 'y', 'z'], allowLora: false });
    const uptime = { workerId: 'B', ownerId: o, markSeconds: 612, cents, now: someTime };
    await bench.db.write(() => rewardUptime(bench.db.query, uptime));
    expect(await bench.balances()).toMatchObject({ [o]: 55_600 });
    expect(await bench.eventKeys()).toContain('uptime:B:612');
  });
});
