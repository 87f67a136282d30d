import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { testDatabaseKind } from '#main/db/testing/open-test-database.ts';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { hordeFolder, openHorde, pathOf, someTime, type TestHorde, webp } from '../testing/open-horde.ts';

const hordes = hordeFolder();
afterEach(() => hordes.closeAll());

/** Balances by owner, in cents; all accounts of a ledger sum to zero. */
async function balances(horde: TestHorde): Promise<Record<string, number>> {
  const found = await horde.db.read.selectFrom('kudos_account').selectAll().execute();
  expect(found.reduce((sum, account) => sum + account.balance, 0)).toBe(0);
  expect(await checkLedger(horde.db)).toEqual({ ok: true, problems: [] });
  return Object.fromEntries(found.map((it) => [it.name ?? `${it.kind} ${it.user_id}`, it.balance]));
}

async function settlements(horde: TestHorde): Promise<string[]> {
  const events = horde.db.read.selectFrom('kudos_event').select('key').where('type', '=', 'GENERATION');
  return (await events.execute()).map((event) => event.key);
}

describe('a request, from async to the picture', () => {
  it('survives a restart, is paid once and gives the picture by a signed link', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'yurt-jobs-'));
    const clock = { now: someTime };
    let horde = await openHorde({ folder, clock });
    const asked = await horde.ask({ params: { n: 2, seed: '7', unknown_key: 1 } });
    expect(asked.status).toBe(202);
    expect(asked.body.warnings[0].code).toBe('NoAvailableWorker');
    const id: string = asked.body.id;
    const job = await horde.pop();
    expect(job).toMatchObject({
      model: 'tiny',
      ttl: 150,
      payload: { prompt: 'a lighthouse', seed: '7', ddim_steps: 30, karras: true },
    });
    const key = horde.ownerKey;
    await horde.close();
    horde = await openHorde({ folder, clock, key });
    expect((await horde.call('GET', `/generate/check/${id}`)).body).toMatchObject({
      processing: 1,
      waiting: 1,
      queue_position: 1,
      done: false,
      is_possible: true,
    });

    clock.now += 5000;
    const submit = { generation: 'R2', state: 'ok' };
    expect((await horde.submit(job.id, submit)).body.rc).toBe('ImageValidationFailed');
    expect((await horde.upload(job.r2_upload)).statusCode).toBe(200);
    const paid = await horde.submit(job.id, submit);
    expect(paid.status).toBe(200);
    expect(paid.body.reward).toBeGreaterThan(0);
    expect((await horde.submit(job.id, submit)).body).toEqual(paid.body);
    expect((await horde.submit(job.id, { ...submit, seed: 8 })).body.rc).toBe('DuplicateGen');
    expect((await horde.upload(job.r2_upload)).statusCode).toBe(403);

    const second = await horde.pop();
    await horde.submit(second.id, { seed: 8 });
    const status = await horde.call('GET', `/generate/status/${id}`);
    expect(status.body).toMatchObject({ done: true, faulted: false, finished: 2, waiting: 0 });
    const picture = await horde.fetch(status.body.generations[0].img);
    expect(picture.statusCode).toBe(200);
    expect(picture.rawPayload.equals(webp)).toBe(true);
    expect((await horde.call('GET', '/workers')).body[0]).toMatchObject({
      requests_fulfilled: 2,
      online: true,
    });
    expect(await settlements(horde)).toHaveLength(2);
    await balances(horde);
    clock.now += 2 * 3_600_000;
    await horde.sweep();
    expect((await horde.call('GET', `/generate/check/${id}`)).body.rc).toBe('RequestNotFound');
    expect((await horde.fetch(status.body.generations[0].img)).statusCode).toBe(403);
    await horde.close();
    await rm(folder, { recursive: true });
  });
});

describe('submits', () => {
  it('by somebody else, of an unknown job or with too much metadata change nothing', async () => {
    const horde = await hordes.open();
    const stranger = await horde.addUser({ id: 5 });
    await horde.ask();
    const job = await horde.pop();
    const before = await balances(horde);
    const as = { key: stranger };
    expect((await horde.submit(job.id, {}, as)).body.rc).toBe('WrongCredentials');
    const unknown = await horde.submit('00000000-0000-0000-0000-000000000000');
    expect(unknown).toMatchObject({ status: 404, body: { rc: 'InvalidJobID' } });
    expect(unknown.body.message).toMatch(/Processing Job with ID .* does not exist/);
    expect((await horde.submit(job.id, {}, { key: 'wrong' })).status).toBe(401);
    const entry = { type: 'information', value: 'see_ref', ref: 'x' };
    expect((await horde.submit(job.id, { gen_metadata: Array(51).fill(entry) })).status).toBe(400);
    expect(await balances(horde)).toEqual(before);
    expect((await horde.submit(job.id, { gen_metadata: Array(50).fill(entry) })).status).toBe(200);
  });

  it('at the same moment pay once and keep the picture of the one that was accepted', async () => {
    const horde = await hordes.open();
    const asked = await horde.ask();
    const job = await horde.pop();
    const other = Buffer.concat([webp, Buffer.from('other')]);
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => horde.submit(job.id)),
      ...Array.from({ length: 4 }, () =>
        horde.submit(job.id, { generation: other.toString('base64'), seed: 9 }),
      ),
    ]);
    const accepted = answers.filter((answer) => answer.status === 200);
    expect(accepted).toHaveLength(4);
    expect(answers.filter((answer) => answer.body.rc === 'DuplicateGen')).toHaveLength(4);
    expect(await settlements(horde)).toEqual([`settle:${job.id}`]);
    await balances(horde);
    const { body } = await horde.call('GET', `/generate/status/${asked.body.id}`);
    const picture = await horde.fetch(body.generations[0].img);
    expect(picture.rawPayload.equals(body.generations[0].seed === '9' ? other : webp)).toBe(true);
  });

  it('of half a reward go to escrow while the owner of the worker is not trusted', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5 });
    await horde.ask();
    const job = await horde.pop({ name: 'Untrusted worker' }, { key });
    const { reward } = (await horde.submit(job.id, {}, { key })).body;
    const cents = Math.round(reward * 100);
    const after = await balances(horde);
    expect(after['escrow 5']).toBe(Math.floor(cents / 2));
    expect(after['user 5']).toBe(2500 + cents - Math.floor(cents / 2));
    const seen = await horde.call('GET', '/users/5');
    expect(seen.body.evaluating_kudos).toBe(Math.floor(cents / 2) / 100);
    expect((await horde.call('GET', '/users/5', undefined, { key })).body).not.toHaveProperty(
      'evaluating_kudos',
    );
  });

  it('of a censored picture cost the tax alone, and nothing of reported abuse is kept', async () => {
    const horde = await hordes.open();
    const requester = await horde.addUser({ id: 5, kudos: 100 });
    for (const state of ['censored', 'csam']) {
      const before = await balances(horde);
      const asked = await horde.ask({}, { key: requester });
      const job = await horde.pop();
      await horde.upload(job.r2_upload);
      const submit = await horde.submit(job.id, { generation: 'R2', state });
      expect(submit.body.reward).toBeGreaterThan(0);
      const after = await balances(horde);
      // One for the queue and one for the picture.
      expect((before['user 5'] ?? 0) - (after['user 5'] ?? 0)).toBe(200);
      const { body } = await horde.call('GET', `/generate/status/${asked.body.id}`);
      expect(body.generations[0]).toMatchObject({ censored: true, state: 'ok' });
      const picture = await horde.fetch(body.generations[0].img);
      expect(picture.statusCode).toBe(200);
      expect(picture.rawPayload.equals(webp)).toBe(state === 'censored');
    }
  });
});

describe('jobs that fail', () => {
  it('are tried three times, then the request is faulted and nobody has paid for a picture', async () => {
    const horde = await hordes.open();
    const requester = await horde.addUser({ id: 5, kudos: 100 });
    const asked = await horde.ask({}, { key: requester });
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const job = await horde.pop();
      expect(job.ids).toHaveLength(1);
      if (attempt === 2) {
        horde.clock.now += 161_000;
        await horde.sweep();
        expect((await horde.submit(job.id)).body).toMatchObject({
          rc: 'AbortedGen',
          message: expect.stringContaining('Please check your worker speed'),
        });
      } else {
        expect((await horde.submit(job.id, { state: 'faulted' })).body).toEqual({ reward: 0 });
        expect((await horde.submit(job.id, { state: 'faulted' })).body).toEqual({ reward: 0 });
      }
    }
    expect((await horde.pop()).id).toBeNull();
    const { body } = await horde.call('GET', `/generate/check/${asked.body.id}`);
    expect(body).toMatchObject({ done: true, faulted: true, restarted: 3, is_possible: false, kudos: 1 });
    expect((await balances(horde))['user 5']).toBe(9900);
    expect(await settlements(horde)).toEqual([]);
  });

  it('put a worker into maintenance at the 21st within an hour', async () => {
    const horde = await hordes.open();
    await horde.ask({ params: { n: 20 } });
    const fail = async () => {
      const job = await horde.pop();
      await horde.submit(job.id, { state: 'faulted' });
    };
    for (let count = 0; count < 20; count += 1) await fail();
    expect((await horde.call('GET', '/workers')).body[0]).toMatchObject({ maintenance_mode: false });
    await fail();
    expect((await horde.call('GET', '/workers')).body[0]).toMatchObject({
      maintenance_mode: true,
      uncompleted_jobs: 21,
    });
  });

  it('of cancelled requests count against no worker', async () => {
    const horde = await hordes.open();
    for (let count = 0; count < 22; count += 1) {
      const asked = await horde.ask();
      const job = await horde.pop();
      await horde.call('DELETE', `/generate/status/${asked.body.id}`, undefined, { key: '' });
      await horde.submit(job.id, { state: 'faulted' });
    }
    expect((await horde.call('GET', '/workers')).body[0]).toMatchObject({
      maintenance_mode: false,
      uncompleted_jobs: 0,
    });
  });

  it('of a cancelled request do not come back; what still arrives is delivered and paid', async () => {
    const horde = await hordes.open();
    const requester = await horde.addUser({ id: 5, kudos: 100 });
    const asked = await horde.ask({ params: { n: 3 } }, { key: requester });
    const [first, second] = [await horde.pop(), await horde.pop()];
    const gone = await horde.call('DELETE', `/generate/status/${asked.body.id}`, undefined, { key: '' });
    expect(gone.body).toMatchObject({ waiting: 0, processing: 2, done: false });
    expect((await horde.pop()).id).toBeNull();
    await horde.submit(first.id, { state: 'faulted' });
    expect((await horde.submit(second.id)).body.reward).toBeGreaterThan(0);
    const { body } = await horde.call('GET', `/generate/status/${asked.body.id}`);
    expect(body).toMatchObject({ done: true, faulted: false, finished: 1 });
    expect(await settlements(horde)).toEqual([`settle:${second.id}`]);
    await balances(horde);
  });
});

describe('the end of a request', () => {
  it('comes 20 minutes after it was last asked about', async () => {
    const horde = await hordes.open();
    const [polled, forgotten] = [await horde.ask(), await horde.ask()];
    for (let minutes = 0; minutes < 30; minutes += 10) {
      horde.clock.now += 10 * 60_000;
      await horde.sweep();
      await horde.call('GET', `/generate/check/${polled.body.id}`);
    }
    expect((await horde.call('GET', `/generate/check/${polled.body.id}`)).status).toBe(200);
    const gone = await horde.call('GET', `/generate/check/${forgotten.body.id}`);
    expect(gone).toMatchObject({ status: 404, body: { rc: 'RequestNotFound' } });
    expect([...horde.queues.image.open().keys()]).toEqual([polled.body.id]);
    // Its job is gone with it.
    const job = await horde.pop();
    horde.clock.now += 3 * 3_600_000;
    await horde.sweep();
    expect((await horde.submit(job.id)).body.rc).toBe('InvalidJobID');
    await balances(horde);
  });
});

describe('links', () => {
  it('open for their method, job and time alone, and take pictures alone', async () => {
    const horde = await hordes.open();
    const asked = await horde.ask({ params: { n: 2 } });
    const [job, other] = [await horde.pop(), await horde.pop()];
    const link = pathOf(job.r2_upload);
    const statusOf = async (url: string, payload: Buffer = webp) =>
      (await horde.upload(`http://localhost${url}`, payload)).statusCode;
    expect(await statusOf(link.replace(/e=\d+/, 'e=9999999999'))).toBe(403);
    expect(await statusOf(link.replace('m=PUT', 'm=GET'))).toBe(403);
    expect(await statusOf(link.replace(String(job.id), String(other.id)))).toBe(403);
    expect(await statusOf(link.replace('transient', 'source'))).toBe(403);
    expect(await statusOf(link.replace(/k=\d+/, 'k=1'))).toBe(403);
    expect(await statusOf(link.replace(/[^/]+\.webp/, '..%2F..%2Fhorde.sqlite'))).toBe(404);
    expect((await horde.fetch(`http://localhost${link}`)).statusCode).toBe(403);
    expect(await statusOf(link, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe(415);
    expect(await statusOf(link, Buffer.alloc(33 * 1024 * 1024))).toBe(413);
    // It looks like a picture and is none: refused when it is submitted, and the job stays open.
    expect(await statusOf(link, Buffer.from([0xff, 0xd8, 0xff, 0, 0, 0, 0]))).toBe(200);
    expect((await horde.submit(job.id, { generation: 'R2' })).body.rc).toBe('ImageValidationFailed');
    expect(await statusOf(link)).toBe(200);
    expect((await horde.submit(job.id, { generation: 'R2' })).status).toBe(200);
    expect((await horde.submit(other.id, { generation: 'no base64 of a picture' })).body.rc).toBe(
      'ImageValidationFailed',
    );
    const { body } = await horde.call('GET', `/generate/status/${asked.body.id}`);
    const img = body.generations[0].img;
    const opened = await horde.fetch(img);
    expect(opened.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'private, max-age=1800',
    });
    horde.clock.now += 1801_000;
    expect((await horde.fetch(img)).statusCode).toBe(403);
    expect(await statusOf(pathOf(other.r2_upload))).toBe(403);
  });
});

/**
 * The queue in memory is as the database has it. Where other processes may share that, it may hold more slots
 * than there are, until a take finds none, but never fewer.
 */
function expectFollowed(open: ReadonlyMap<string, number>, stored: ReadonlyMap<string, number>): void {
  if (testDatabaseKind === 'SQLite') {
    expect(open).toEqual(stored);
    return;
  }
  for (const [id, slots] of stored) expect(open.get(id) ?? 0).toBeGreaterThanOrEqual(slots);
}

describe('slots', () => {
  it('end finished or faulted, are never handed out twice and are settled once', async () => {
    const step = fc.constantFrom('pop', 'pop', 'submit', 'repeat', 'fault', 'sweep', 'cancel', 'restart');
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, n) => {
          const clock = { now: someTime };
          const folder = await mkdtemp(join(tmpdir(), 'yurt-slots-'));
          let horde = await openHorde({ folder, clock });
          const asked = await horde.ask({ models: [], params: { n } });
          const running: string[] = [];
          const ended: string[] = [];
          const perform = async (name: (typeof steps)[number]) => {
            clock.now += 1000;
            if (name === 'pop') {
              const [one, two] = await Promise.all([horde.pop({ amount: 2 }), horde.pop()]);
              running.push(...one.ids, ...two.ids);
            } else if (name === 'sweep') {
              clock.now += 200_000;
              await horde.sweep();
              ended.push(...running.splice(0));
            } else if (name === 'cancel') {
              if (steps.indexOf('cancel') % 3 === 0)
                await horde.call('DELETE', `/generate/status/${asked.body.id}`);
            } else if (name === 'restart') {
              await horde.close();
              horde = await openHorde({ folder, clock, key: horde.ownerKey });
            } else {
              const id = name === 'repeat' ? ended.at(-1) : running.shift();
              if (id === undefined) return;
              if (name !== 'repeat') ended.push(id);
              await horde.submit(id, { state: name === 'fault' ? 'faulted' : 'ok' });
            }
            const stored = await horde.db.read
              .selectFrom('horde_requests')
              .select(['id', 'open_slots'])
              .where('open_slots', '>', 0)
              .execute();
            expectFollowed(horde.queues.image.open(), new Map(stored.map((it) => [it.id, it.open_slots])));
          };
          for (const name of steps) await perform(name);
          for (let round = 0; round < 30; round += 1) await perform(round % 2 === 0 ? 'pop' : 'submit');
          while (running.length > 0) await perform('submit');
          const jobs = await horde.db.read.selectFrom('horde_jobs').selectAll().execute();
          const isCancelled = steps.includes('cancel') && steps.indexOf('cancel') % 3 === 0;
          for (let slot = 0; slot < n; slot += 1) {
            const tries = jobs.filter((job) => job.slot === slot).toSorted((a, b) => a.attempt - b.attempt);
            expect(tries.map((job) => job.attempt)).toEqual(tries.map((_, index) => index + 1));
            expect(tries.slice(0, -1).every((job) => job.state === 'faulted')).toBe(true);
            const isOver = tries.at(-1)?.state === 'completed' || tries.length === 3;
            expect(isOver || isCancelled).toBe(true);
          }
          const completed = jobs.filter((job) => job.state === 'completed').map((job) => `settle:${job.id}`);
          expect((await settlements(horde)).toSorted()).toEqual(completed.toSorted());
          await balances(horde);
          expect((await horde.call('GET', `/generate/check/${asked.body.id}`)).body.done).toBe(true);
          await horde.close();
          await rm(folder, { recursive: true });
        },
      ),
      { numRuns: 10 },
    );
  });
});
