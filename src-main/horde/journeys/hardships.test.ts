import { afterEach, describe, expect, it } from 'vitest';
import { accepted, askForms, askImage, askText, collect, refusal, statusOf } from './testing/requester.ts';
import { type Town, towns } from './testing/town.ts';
import { createWorker, type Worker } from './testing/worker.ts';

const open = towns();
afterEach(open.closeAll);

/** Ada, trusted, has a worker of each kind; Ben asks. */
async function openPair() {
  const town = await open.open();
  const ada = await town.addPerson({ id: 5, flags: { is_trusted: 1 } });
  const ben = await town.addPerson({ id: 6 });
  const dreamer = createWorker(town, 'image', { name: 'Dreamer', owner: ada });
  const scribe = createWorker(town, 'text', { name: 'Scribe', owner: ada });
  const alchemist = createWorker(town, 'interrogation', { name: 'Alchemist', owner: ada });
  return { town, ada, ben, dreamer, scribe, alchemist, workers: [dreamer, scribe, alchemist] };
}

const workerId = async (town: Town, worker: Worker): Promise<string> =>
  (await town.call('GET', `/workers/name/${worker.name}`)).body.id;

describe('paused workers', () => {
  it('of each kind get made-up work alone, are paid nothing and know nothing of it', async () => {
    const { town, ada, ben, workers } = await openPair();
    const untrusted = await town.addPerson({ id: 7 });
    const kinds = ['image', 'text', 'interrogation'] as const;
    const paused = kinds.map((kind) =>
      createWorker(town, kind, { name: `Shady ${kind}`, owner: untrusted, isOnDuty: () => false }),
    );
    for (const worker of paused) {
      await worker.pop();
      const id = await workerId(town, worker);
      expect((await town.call('PUT', `/workers/${id}`, { paused: true })).status).toBe(200);
    }
    const asked = [];
    for (let round = 0; round < 4; round += 1) {
      asked.push(
        accepted(await askImage(town, ben, { n: 2 })),
        accepted(await askText(town, ben)),
        accepted(await askForms(town, ada, ['caption', 'GFPGAN'])),
      );
    }
    let decoys = 0;
    for (let round = 0; round < 6; round += 1) {
      await town.wait(31);
      for (const worker of paused) {
        for (const held of await worker.pop(4)) {
          decoys += 1;
          // Neither prompt nor picture nor parameters name any errand of anybody.
          expect(held.tag).toBeUndefined();
          expect(JSON.stringify(held.told)).not.toContain('errand');
          // Some are delivered and some are left to run out.
          if (round % 2 === 0) expect((await worker.deliver(held)).body.reward).toBeGreaterThan(0);
        }
      }
    }
    expect(decoys).toBeGreaterThanOrEqual(9);
    await town.wait(200);
    for (const worker of paused) {
      expect((await town.call('GET', `/workers/name/${encodeURIComponent(worker.name)}`)).body).toMatchObject(
        {
          requests_fulfilled: 0,
          kudos_rewards: 0,
        },
      );
    }
    for (const worker of workers) await worker.work();
    const results = [];
    for (const request of asked) results.push(await collect(town, request));
    expect(results).toEqual([2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2]);
    await town.expectBooks();
  });

  it('do the work of their own owner, for pay', async () => {
    const { town, ben } = await openPair();
    const own = createWorker(town, 'image', { name: 'Own', owner: ben, isOnDuty: () => false });
    await own.pop();
    await town.call('PUT', `/workers/${await workerId(town, own)}`, { paused: true });
    const asked = accepted(await askImage(town, ben));
    expect(await own.work()).toBe(1);
    expect(await collect(town, asked)).toBe(1);
    await town.expectBooks();
  });
});

describe('a flagged account', () => {
  it('works for nobody, moves no kudos, and waits behind everybody', async () => {
    const { town, ada, ben, dreamer } = await openPair();
    const mallory = await town.addPerson({ id: 7 });
    const worker = createWorker(town, 'image', { name: 'Flagged', owner: mallory });
    await worker.pop();
    const running = accepted(await askImage(town, ben));
    const [held] = await worker.pop();
    expect((await town.call('PUT', `/users/${mallory.id}`, { flagged: true })).status).toBe(200);
    expect(await worker.offer()).toMatchObject({ status: 403, body: { rc: 'WorkerFlaggedMaintenance' } });
    const sent = { username: `user5#${ada.id}`, amount: 10 };
    expect((await town.call('POST', '/kudos/transfer', sent, mallory.key)).body.rc).toBe(
      'SourceAccountFlagged',
    );
    const gift = { username: `user7#${mallory.id}`, amount: 10 };
    expect((await town.call('POST', '/kudos/transfer', gift, ada.key)).body.rc).toBe('TargetAccountFlagged');
    // What it had in hand before is taken and paid.
    if (held) expect((await worker.deliver(held)).status).toBe(200);
    expect(await collect(town, running)).toBe(1);
    const last = accepted(await askImage(town, mallory, { more: { prompt: 'a hill by the sea' } }));
    const first = accepted(await askImage(town, await town.addPerson({ id: 8, kudos: 40 })));
    const order = [];
    for (const _ of [1, 2]) for (const job of await dreamer.pop(1)) order.push(job.tag);
    expect(order[0]).toBe(first.tag);
    expect((await statusOf(town, last)).body.processing).toBe(1);
  });
});

describe('time', () => {
  it('ends a request that nobody asks about, with its running job, for the tax alone', async () => {
    const { town, ben, dreamer, alchemist } = await openPair();
    const image = accepted(await askImage(town, ben, { n: 2 }));
    const forms = accepted(await askForms(town, ben, ['caption', 'nsfw']));
    const [job] = await dreamer.pop();
    const [form] = await alchemist.pop();
    await town.wait(3 * 3600);
    for (const asked of [image, forms]) {
      expect((await statusOf(town, asked)).body.rc).toBe('RequestNotFound');
    }
    for (const [worker, held] of [[dreamer, job] as const, [alchemist, form] as const]) {
      if (held) expect((await worker.deliver(held)).body.rc).toBe('InvalidJobID');
    }
    expect(await dreamer.work()).toBe(0);
    expect(town.paid.size).toBe(0);
    await town.expectBooks();
  });

  it('gives the work of a worker that vanished to another, and pays that one alone', async () => {
    const { town, ada, ben, workers } = await openPair();
    const asked = [
      accepted(await askImage(town, ben, { n: 2 })),
      accepted(await askText(town, ben)),
      accepted(await askForms(town, ben, ['caption', 'GFPGAN'])),
    ];
    const kinds = ['image', 'text', 'interrogation'] as const;
    const gone = kinds.map((kind) => createWorker(town, kind, { name: `Gone ${kind}`, owner: ada }));
    const lost = [];
    for (const worker of gone) for (const held of await worker.pop(4)) lost.push({ worker, held });
    expect(lost).toHaveLength(5);
    await town.wait(200);
    for (const worker of workers) await worker.work();
    expect(await Promise.all(asked.map((request) => collect(town, request)))).toEqual([2, 1, 2]);
    // They come back with what they made: too late, and a stock worker gives up at once.
    for (const { worker, held } of lost) {
      const { status } = await worker.deliver(held);
      expect([400, 404]).toContain(status);
    }
    expect(await Promise.all(asked.map((request) => collect(town, request)))).toEqual([2, 1, 2]);
    expect(town.paid.size).toBe(5);
    await town.expectBooks();
  });
});

describe('a submit', () => {
  it('that comes twice, at once or later, is paid once and answered alike', async () => {
    const { town, ben, workers } = await openPair();
    await askImage(town, ben);
    await askText(town, ben);
    await askForms(town, ben, ['caption']);
    for (const worker of workers) {
      const [held] = await worker.pop();
      if (!held) throw new Error('nothing to do');
      const answers = await Promise.all([1, 2, 3].map(() => worker.deliver(held)));
      await town.wait(60);
      answers.push(await worker.deliver(held));
      const { reward } = answers[0]?.body ?? {};
      expect(reward).toBeGreaterThan(0);
      expect(answers.map(({ status, body }) => [status, body.reward])).toEqual(Array(4).fill([200, reward]));
      const other = await worker.deliver(held, { story: 'something else' });
      // What a picture is cannot be seen in a submit that says R2; a text and a caption can.
      if (worker.kind === 'image') expect(other.status).toBe(200);
      else expect(other.body.rc).toBe('DuplicateGen');
    }
    expect(town.paid.size).toBe(3);
    await town.expectBooks();
  });

  it('after a restart of the horde is taken, for work of before it, by links of before it', async () => {
    const { town, ben, workers } = await openPair();
    const asked = [
      accepted(await askImage(town, ben, { n: 2 })),
      accepted(await askText(town, ben)),
      accepted(await askForms(town, ben, ['caption', 'GFPGAN'])),
    ];
    const held = [];
    for (const worker of workers) for (const job of await worker.pop(2)) held.push({ worker, job });
    expect(held).toHaveLength(5);
    // A picture that was uploaded and not yet submitted is lost with the horde: the worker uploads it again.
    await town.restart();
    for (const { worker, job } of held) expect((await worker.deliver(job)).status).toBe(200);
    await town.restart();
    for (const { worker, job } of held) expect((await worker.deliver(job)).status).toBe(200);
    expect(await Promise.all(asked.map((request) => collect(town, request)))).toEqual([2, 1, 2]);
    expect(town.paid.size).toBe(5);
    await town.expectBooks();
  });
});

describe('an account that is deleted with work in flight', () => {
  it('gets what was running, pays for it, and nothing more is made', async () => {
    const { town, ben, workers } = await openPair();
    const asked = [
      accepted(await askImage(town, ben, { n: 3 })),
      accepted(await askText(town, ben, { n: 2 })),
    ];
    const forms = accepted(await askForms(town, ben, ['caption', 'nsfw']));
    const running = [];
    for (const worker of workers) for (const held of await worker.pop(1)) running.push({ worker, held });
    expect(running).toHaveLength(3);
    expect((await town.call('DELETE', `/users/${ben.id}`, undefined, ben.key)).status).toBe(200);
    for (const { worker, held } of running) {
      const { kind } = worker;
      if (kind !== 'interrogation') expect((await worker.deliver(held)).status).toBe(200);
      // Forms that ran are settled by the cancel: the late result is a duplicate.
      else expect((await worker.deliver(held)).body.rc).toBe('DuplicateGen');
      if (kind === 'interrogation')
        town.books.settle(ben.id, worker.owner.id, forms.priceOf({ form: held.form ?? '' }));
    }
    for (const worker of workers) expect(await worker.work()).toBe(0);
    expect(await Promise.all(asked.map((request) => collect(town, request)))).toEqual([1, 1]);
    expect(refusal(await askImage(town, ben))).toEqual({ status: 403, rc: 'DeletedUser' });
    await town.expectBooks();
  });

  it('and works itself is paid for what it had in hand, and takes no more', async () => {
    const { town, ben } = await openPair();
    const cleo = await town.addPerson({ id: 7 });
    const worker = createWorker(town, 'image', { name: 'Leaving', owner: cleo });
    const asked = accepted(await askImage(town, ben, { n: 2 }));
    const [held] = await worker.pop(1);
    await town.call('DELETE', `/users/${cleo.id}`, undefined, cleo.key);
    if (held) expect((await worker.deliver(held)).status).toBe(200);
    expect(await worker.offer()).toMatchObject({ status: 403, body: { rc: 'DeletedUser' } });
    expect(await collect(town, asked)).toBe(1);
    await town.expectBooks();
  });
});
