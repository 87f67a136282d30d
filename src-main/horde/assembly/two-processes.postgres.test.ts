import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropTestDatabase, serverVariable } from '#main/db/testing/open-test-database.ts';
import { run } from '#main/db/work.ts';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { databaseFile, openHorde, someTime, type TestHorde } from '../testing/open-horde.ts';

const given = process.env[serverVariable] ?? '';
const why = given === '' ? ' (skipped: runs under src-main/db/testing/with-postgres.ts)' : '';
const patience = { timeout: 20_000 };

describe.skipIf(given === '')(`two hordes over one PostgreSQL database${why}`, () => {
  let folder: string;
  let one: TestHorde;
  let two: TestHorde;
  let userKey: string;
  const clock = { now: someTime };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yurt-two-'));
    one = await openHorde({ folder, clock });
    two = await openHorde({ folder, clock, key: one.ownerKey });
    userKey = await one.addUser({ id: 7, kudos: 1_000_000, flags: { is_trusted: 1 } });
    const { db } = one;
    await db.write(() => run(db.query.updateTable('users').set({ concurrency: 1000 }).where('id', '=', 7)));
  });
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
    await dropTestDatabase(join(folder, databaseFile));
    await rm(folder, { recursive: true });
  });

  const waitingOf = (horde: TestHorde) => horde.queues.image.totals().slots;
  const ask = async (horde: TestHorde, n: number): Promise<string> => {
    const { status, body } = await horde.ask({ params: { n } }, { key: userKey });
    expect(status).toBe(202);
    return body.id;
  };

  it('hand out every slot once, wherever it was asked for, and the kudos balance', async () => {
    const slots = 260;
    const asked = Array.from({ length: 200 }, (_, i) => ask(i % 2 === 0 ? one : two, i % 10 < 3 ? 2 : 1));
    await Promise.all(asked);
    await expect.poll(() => [waitingOf(one), waitingOf(two)], patience).toEqual([slots, slots]);

    const delivered: string[] = [];
    const work = async (from: TestHorde, to: TestHorde, name: string): Promise<void> => {
      for (;;) {
        const { id } = await from.pop({ name, amount: 1 });
        if (id === null) return;
        const { status } = await to.submit(id);
        expect(status).toBe(200);
        delivered.push(id);
      }
    };
    const workers = Array.from({ length: 3 }, (_, i) => [
      work(one, two, `first ${i}`),
      work(two, one, `second ${i}`),
    ]);
    await Promise.all(workers.flat());

    expect(new Set(delivered).size).toBe(slots);
    const jobs = await one.db.read.selectFrom('horde_jobs').selectAll().execute();
    expect(new Set(jobs.map((job) => `${job.request_id}/${job.slot}`)).size).toBe(slots);
    expect(jobs.every((job) => job.state === 'completed' && job.attempt === 1)).toBe(true);
    expect(new Set(jobs.map((job) => job.worker_name.split(' ')[0]))).toEqual(new Set(['first', 'second']));
    const requests = await one.db.read.selectFrom('horde_requests').select('open_slots').execute();
    expect(requests.every((request) => request.open_slots === 0)).toBe(true);
    expect(await checkLedger(one.db)).toMatchObject({ problems: [] });
    await expect.poll(() => [waitingOf(one), waitingOf(two)], patience).toEqual([0, 0]);
  }, 120_000);

  it('hear of slots that come back, of requests that end and of modes', async () => {
    const id = await ask(one, 2);
    await expect.poll(() => waitingOf(two), patience).toBe(2);
    const first = await two.pop({ amount: 1 });
    await expect.poll(() => waitingOf(one), patience).toBe(1);
    await two.submit(first.id, { state: 'faulted' });
    await expect.poll(() => waitingOf(one), patience).toBe(2);
    await two.call('DELETE', `/generate/status/${id}`);
    await expect.poll(() => waitingOf(one), patience).toBe(0);

    const isInMaintenance = async () =>
      (await two.call('GET', '/status/modes')).body.maintenance_mode as unknown;
    expect(await isInMaintenance()).toBe(false);
    expect((await one.call('PUT', '/status/modes', { maintenance_mode: true })).status).toBe(200);
    await expect.poll(isInMaintenance, patience).toBe(true);
  });

  it('take slots that the other believes to have, and find out', async () => {
    await ask(one, 1);
    await expect.poll(() => waitingOf(two), patience).toBe(1);
    const taken = await Promise.all([one.pop({ name: 'a' }), two.pop({ name: 'b' })]);
    expect(taken.filter((answer) => answer.id !== null)).toHaveLength(1);
    await expect.poll(() => [waitingOf(one), waitingOf(two)], patience).toEqual([0, 0]);
  });
});
