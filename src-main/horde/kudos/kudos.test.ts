import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppDatabase, openDatabase } from '#main/db/database.ts';
import { row, rows, run } from '#main/db/work.ts';
import {
  chargeActivation,
  checkLedger,
  MovementConflictError,
  openKudosAccount,
  settleImageJob,
} from './index.ts';

let folder: string;
let db: AppDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yurt-kudos-'));
  db = await openDatabase(join(folder, 'test.db'));
  for (const id of [1, 2, 3]) await addUser(id, 2500);
});
afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

async function addUser(id: number, startCents: number): Promise<void> {
  await db.write(function* () {
    yield* run(
      db.query.insertInto('users').values({
        id,
        username: `user${id}`,
        oauth_id: `test:${id}`,
        key_digest: null,
        key_rotated_at: null,
        created: 0,
        last_active: 0,
        contact: null,
        admin_comment: null,
        concurrency: 30,
        worker_invited: 0,
        public_workers: 0,
        is_admin: 0,
        is_moderator: 0,
        is_trusted: 1,
        is_flagged: 0,
        is_service: 0,
        is_education: 0,
        is_customizer: 0,
        deleted_at: null,
        registered_via: 'moderator',
      }),
    );
    yield* openKudosAccount(db.query, { userId: id, floorCents: 2500, startCents, now: 0 });
  });
}

async function balances(): Promise<Record<string, number>> {
  const found = await db.read.selectFrom('kudos_account').selectAll().execute();
  return Object.fromEntries(found.map((entry) => [entry.name ?? `user ${entry.user_id}`, entry.balance]));
}

const job = {
  jobId: 'job',
  requestId: 'request',
  requesterId: 1,
  workerOwnerId: 2,
  workerId: 'worker',
  priceCents: 1100,
  rewardCents: 1000,
  pixelsteps: 7_000_000,
  now: 5,
};

describe('settleImageJob', () => {
  it('moves the reward, burns the difference and forgives what is under the floor', async () => {
    expect(await db.write(() => settleImageJob(db.query, job))).toEqual({ rewardCents: 1000 });
    expect(await balances()).toMatchObject({ 'user 1': 2500, 'user 2': 3500, tax: 100, floor: -1100 });
    expect(await checkLedger(db)).toEqual({ ok: true, problems: [] });
  });

  it('pays a job once, however often and however concurrently it is settled', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => db.write(() => settleImageJob(db.query, job))),
    );
    expect(answers).toEqual(Array.from({ length: 5 }, () => ({ rewardCents: 1000 })));
    expect(await balances()).toMatchObject({ 'user 2': 3500, tax: 100 });
    const records = await db.read.selectFrom('user_statistic').selectAll().where('user_id', '=', 2).execute();
    expect(Object.fromEntries(records.map((entry) => [entry.name, entry.amount]))).toEqual({
      'kudos:accumulated': 1000,
      'contribution:pixelsteps': 7_000_000,
      'fulfillment:image': 1,
    });
  });

  it('refuses another price for a settled job and keeps the first', async () => {
    await db.write(() => settleImageJob(db.query, job));
    const other = db.write(() => settleImageJob(db.query, { ...job, priceCents: 1200 }));
    await expect(other).rejects.toThrow(MovementConflictError);
    expect(await balances()).toMatchObject({ 'user 2': 3500, tax: 100 });
    expect((await checkLedger(db)).ok).toBe(true);
  });

  it('mints the pay of a censored job', async () => {
    await db.write(() => settleImageJob(db.query, { ...job, priceCents: 100 }));
    expect(await balances()).toMatchObject({ 'user 2': 3500, subsidy: -900, tax: 0 });
  });

  it('rolls back with the unit that holds it', async () => {
    const unit = db.write(function* () {
      yield* settleImageJob(db.query, job);
      throw new Error('the job was gone');
    });
    await expect(unit).rejects.toThrow('the job was gone');
    expect(await balances()).toMatchObject({ 'user 2': 2500, tax: 0 });
  });
});

describe('the ledger', () => {
  it('refuses changes and deletions of its entries', async () => {
    await db.write(() => settleImageJob(db.query, job));
    const change = () => run(db.query.updateTable('kudos_posting').set({ amount: 1 }));
    await expect(db.write(change)).rejects.toThrow('append-only');
    await expect(db.write(() => run(db.query.deleteFrom('kudos_event')))).rejects.toThrow('append-only');
  });

  it('finds a cached balance that no posting explains', async () => {
    await db.write(() =>
      run(db.query.updateTable('kudos_account').set({ balance: 9 }).where('name', '=', 'tax')),
    );
    expect((await checkLedger(db)).problems).toEqual([
      expect.stringMatching(/account \d+ says 9, its postings 0/),
    ]);
  });

  it('keeps its sum at zero and its caches true for any order of movements and repeats', async () => {
    const movement = fc.record({
      kind: fc.constantFrom('settle', 'activate'),
      id: fc.nat({ max: 8 }),
      requester: fc.integer({ min: 1, max: 3 }),
      owner: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(movement, { maxLength: 30 }), fc.uuid(), async (movements, run1) => {
        const known = new Map<string, { requester: number; owner: number }>();
        await Promise.all(
          movements.map((next) => {
            const key = `${run1}-${next.kind}-${next.id}`;
            const sides = known.get(key) ?? next;
            known.set(key, sides);
            return db.write(function* () {
              const common = { requestId: key, now: next.id };
              if (next.kind === 'activate') {
                yield* chargeActivation(db.query, { ...common, userId: sides.requester, taxCents: 100 });
              } else {
                const price = 100 + next.id * 137;
                yield* settleImageJob(db.query, {
                  ...job,
                  ...common,
                  jobId: key,
                  requesterId: sides.requester,
                  workerOwnerId: sides.owner,
                  priceCents: price,
                  rewardCents: next.id * 151,
                });
              }
            });
          }),
        );
        expect(await checkLedger(db)).toEqual({ ok: true, problems: [] });
        const sum = Object.values(await balances()).reduce((total, balance) => total + balance, 0);
        expect(sum).toBe(0);
        const events = await db.write(() =>
          rows(db.query.selectFrom('kudos_event').select('key').where('key', 'like', `%${run1}%`)),
        );
        expect(events).toHaveLength(known.size);
        expect(await db.write(() => row(db.query.selectFrom('users').select('id')))).toBeDefined();
      }),
      { numRuns: 25 },
    );
  });
});
