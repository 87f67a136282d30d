import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HordeUnreachableError } from '#shared/horde/client.ts';
import { isTerminal } from '#shared/studio/creations/schema.ts';
import {
  createRig,
  finishJob,
  inState,
  input,
  type Launched,
  offerModel,
  type Rig,
  takeJob,
  until,
  untilAborted,
} from './testing/creations-rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = createRig();
});
afterEach(() => rig.renew());
afterAll(() => rig.end());

/** Lets a worker make the one picture and waits for the end. */
async function makeAndSave(core: Launched, id: string) {
  await until(core, id, inState('waiting', 'impossible'));
  const job = await takeJob(core);
  await until(core, id, inState('working'));
  await finishJob(core, job);
  return until(core, id, isTerminal);
}

async function countRows(core: Launched, table: 'horde_requests' | 'gallery_image' | 'horde_jobs') {
  const { n } = await core.db.read
    .selectFrom(table)
    .select((e) => e.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}

async function expectDoneOnce(core: Launched, id: string): Promise<void> {
  const creation = await core.creations.get(id);
  expect(creation).toMatchObject({ state: 'done', problem: null });
  expect(creation.imageIds).toHaveLength(1);
  expect(await core.gallery.get(String(creation.imageIds[0]))).toMatchObject({
    creationId: id,
    prompt: 'cat',
  });
  expect(await countRows(core, 'horde_requests')).toBe(1);
  expect(await countRows(core, 'gallery_image')).toBe(1);
}

describe('a creation', () => {
  it('is stored before it is sent, then made, saved and told of', async () => {
    const core = await rig.launch();
    await offerModel(core);
    const created = await core.creations.create(input);
    expect(created).toMatchObject({ state: 'unsent', requestId: null });
    await makeAndSave(core, created.id);
    await expectDoneOnce(core, created.id);
    const { kudos } = await core.creations.get(created.id);
    expect(kudos.expected).toBeGreaterThan(0);
    expect(kudos.used).toBe(kudos.expected);
    const states = core.seen.flatMap((event) =>
      event.type === 'creationChanged' ? [event.creation.state] : [],
    );
    expect([...new Set(states)]).toEqual(['unsent', 'sending', 'waiting', 'working', 'saving', 'done']);
    expect(core.seen.filter((event) => event.type === 'imageAdded')).toHaveLength(1);
  });

  it('shows the warning of the horde when no worker can do it, and goes on when one comes', async () => {
    const core = await rig.launch();
    const { id } = await core.creations.create(input);
    const waiting = await until(core, id, inState('impossible'));
    expect(waiting.warnings.map(({ code }) => code)).toContain('NoAvailableWorker');
    await makeAndSave(core, id);
    await expectDoneOnce(core, id);
  });

  it('fails with the reason of a horde that refuses it', async () => {
    const core = await rig.launch({ apiKey: 'not-a-key' });
    const { id } = await core.creations.create(input);
    const failed = await until(core, id, isTerminal);
    expect(failed).toMatchObject({ state: 'failed', problem: { code: 'InvalidAPIKey' } });
    const { id: retried, input: again } = await core.creations.retry(id);
    expect(retried).not.toBe(id);
    expect(again).toEqual(input);
  });
});

describe('over a restart', () => {
  it('sends what a horde that was away never got', async () => {
    const away = await rig.launch({ hordeUrl: 'http://127.0.0.1:1' });
    const { id } = await away.creations.create(input);
    const waiting = await until(away, id, (creation) => creation.problem !== null);
    expect(waiting).toMatchObject({ state: 'unsent', problem: { code: 'horde_unreachable' } });
    await away.crash();
    const core = await rig.launch();
    await makeAndSave(core, id);
    await expectDoneOnce(core, id);
  });

  it('takes up a request whose answer was lost, and does not pay it twice', async () => {
    let isSent = (): void => undefined;
    const sent = new Promise<void>((resolve) => (isSent = resolve));
    const dying = await rig.launch({
      client: (real) => ({
        generateAsync: async (payload, signal) => {
          const answer = await real.generateAsync(payload, signal);
          if (payload.dry_run === true) return answer;
          isSent();
          return untilAborted(signal);
        },
      }),
    });
    const { id } = await dying.creations.create(input);
    await sent;
    expect((await dying.creations.get(id)).state).toBe('sending');
    await dying.crash();
    const core = await rig.launch();
    await makeAndSave(core, id);
    await expectDoneOnce(core, id);
  });

  it('sends again what never arrived', async () => {
    const dying = await rig.launch({
      client: (real) => ({
        generateAsync: (payload, signal) =>
          payload.dry_run === true
            ? real.generateAsync(payload, signal)
            : Promise.reject(new HordeUnreachableError('the connection broke')),
      }),
    });
    const { id } = await dying.creations.create(input);
    const lost = await until(dying, id, (creation) => creation.problem !== null);
    expect(lost).toMatchObject({ state: 'sending', problem: { code: 'horde_unreachable' } });
    await dying.crash();
    const core = await rig.launch();
    await makeAndSave(core, id);
    await expectDoneOnce(core, id);
  });

  it('follows what waits, what is being made and what is finished', async () => {
    const first = await rig.launch();
    await offerModel(first);
    const { id } = await first.creations.create(input);
    await until(first, id, inState('waiting'));
    await first.crash();

    const second = await rig.launch();
    await until(second, id, inState('waiting', 'impossible'));
    const job = await takeJob(second);
    await until(second, id, inState('working'));
    await second.crash();

    // Finished, and fetched, but not yet in the gallery.
    const third = await rig.launch({
      gallery: () => ({
        save: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
      }),
    });
    await finishJob(third, job);
    const unsaved = await until(third, id, (creation) => creation.problem !== null);
    expect(unsaved).toMatchObject({ state: 'saving', problem: { code: 'disk_full' }, imageIds: [] });
    await third.crash();

    const fourth = await rig.launch();
    await until(fourth, id, isTerminal);
    await expectDoneOnce(fourth, id);
  });

  it('says that the horde has forgotten a request', async () => {
    const first = await rig.launch();
    const { id } = await first.creations.create(input);
    await until(first, id, inState('waiting', 'impossible'));
    await first.crash();
    rig.laterMs = 3 * 3_600_000;
    const second = await rig.launch();
    const expired = await until(second, id, isTerminal);
    expect(expired).toMatchObject({ state: 'expired', problem: { code: 'RequestNotFound' } });
  });

  it('remembers a cancel that the horde had not heard of', async () => {
    const first = await rig.launch({
      client: () => ({ generateCancel: (_id, signal) => untilAborted(signal) }),
    });
    const { id } = await first.creations.create(input);
    const { requestId } = await until(first, id, inState('waiting', 'impossible'));
    await first.creations.cancel(id);
    await first.crash();
    const second = await rig.launch();
    expect(await until(second, id, isTerminal)).toMatchObject({ state: 'cancelled', problem: null });
    expect(await second.client.generateCheck(String(requestId))).toMatchObject({ waiting: 0, done: true });
  });
});

describe('cancelling', () => {
  it('keeps what is finished and hands out nothing more', async () => {
    const stopped: string[] = [];
    const core = await rig.launch({ stopJob: (jobId) => stopped.push(jobId) });
    await offerModel(core);
    const { id } = await core.creations.create({ ...input, count: 3 });
    await until(core, id, inState('waiting'));
    await finishJob(core, await takeJob(core));
    const running = await takeJob(core);
    await until(core, id, (creation) => creation.progress.finished === 1);
    await core.creations.cancel(id);
    const cancelled = await until(core, id, isTerminal);
    expect(cancelled).toMatchObject({ state: 'cancelled', problem: null, progress: { waiting: 0 } });
    expect(cancelled.imageIds).toHaveLength(1);
    expect(stopped).toContain(running.id);
    expect((await core.client.generateCheck(String(cancelled.requestId))).waiting).toBe(0);
  });

  it('sends nothing when it had not been sent', async () => {
    const core = await rig.launch({ hordeUrl: 'http://127.0.0.1:1' });
    const ids = await Promise.all([1, 2].map(async () => (await core.creations.create(input)).id));
    for (const id of ids) expect((await core.creations.cancel(id)).state).toBe('cancelled');
    expect((await core.creations.list()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });
});

describe('the routes', () => {
  const send = (core: Launched, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
    core.server.inject({ method, url, ...(payload && { payload }) });

  it('create, list, show, retry and remove', async () => {
    const core = await rig.launch();
    const created = await send(core, 'POST', '/app/creations', { ...input, seed: '42' });
    expect(created.statusCode).toBe(201);
    const { id } = created.json();
    expect((await send(core, 'DELETE', `/app/creations/${id}`)).statusCode).toBe(409);
    await until(core, id, inState('impossible'));
    await send(core, 'POST', `/app/creations/${id}/cancel`);
    await until(core, id, isTerminal);
    const retried = await send(core, 'POST', `/app/creations/${id}/retry`);
    expect(retried.statusCode).toBe(201);
    expect(retried.json().input.seed).toBe('42');
    const listed = (await send(core, 'GET', '/app/creations')).json().creations;
    expect(listed.map((creation: { id: string }) => creation.id)).toEqual([retried.json().id, id]);
    expect((await send(core, 'DELETE', `/app/creations/${id}`)).statusCode).toBe(204);
    expect(core.seen.at(-1)).toEqual({ type: 'creationRemoved', id });
    expect((await send(core, 'GET', `/app/creations/${id}`)).statusCode).toBe(404);
  });

  it('refuse what no horde would take, by path, and store nothing', async () => {
    const core = await rig.launch();
    for (const [change, path] of [
      [{ prompt: ' ' }, 'prompt'],
      [{ prompt: 'a\0b' }, 'prompt'],
      [{ sampler: 'magic' }, 'sampler'],
      [{ width: 100 }, 'width'],
      [{ count: 21 }, 'count'],
      [{ more: 1 }, ''],
    ] as const) {
      const answer = await send(core, 'POST', '/app/creations', { ...input, ...change });
      expect(answer.statusCode).toBe(400);
      expect(Object.keys(answer.json().errors)).toEqual([path]);
    }
    expect(await core.creations.list()).toEqual([]);
  });

  it('price a draft without asking for it', async () => {
    const core = await rig.launch();
    const estimate = (await send(core, 'POST', '/app/creations/estimate', { ...input, count: 4 })).json();
    expect(estimate).toMatchObject({ isFree: true, kudosPerImage: estimate.kudos / 4 });
    const other = { ...input, model: 'Elsewhere' };
    expect((await send(core, 'POST', '/app/creations/estimate', other)).json().isFree).toBe(false);
    expect(await countRows(core, 'horde_requests')).toBe(0);
    await core.crash();
    await core.crash();
    const away = await rig.launch({ hordeUrl: 'http://127.0.0.1:1' });
    const refused = await send(away, 'POST', '/app/creations/estimate', input);
    expect([refused.statusCode, refused.json().rc]).toEqual([503, 'horde_unreachable']);
  });

  it('say 404 for what is not there', async () => {
    const core = await rig.launch();
    for (const [method, url] of [
      ['GET', '/app/creations/none'],
      ['GET', '/app/creations/none/preview'],
      ['POST', '/app/creations/none/cancel'],
      ['POST', '/app/creations/none/retry'],
      ['DELETE', '/app/creations/none'],
    ] as const) {
      const answer = await send(core, method, url);
      expect([url, answer.statusCode, answer.json().rc]).toEqual([url, 404, 'CreationNotFound']);
    }
    const { id } = await core.creations.create(input);
    expect((await send(core, 'GET', `/app/creations/${id}/preview?frame=3`)).json().rc).toBe('NoPreview');
  });

  it('take an erased picture off its card', async () => {
    const core = await rig.launch();
    const { id } = await core.creations.create(input);
    const { imageIds } = await makeAndSave(core, id);
    await core.gallery.bin(String(imageIds[0]));
    await core.gallery.erase(String(imageIds[0]));
    expect(await until(core, id, (creation) => creation.imageIds.length === 0)).toMatchObject({
      state: 'done',
    });
  });
});
