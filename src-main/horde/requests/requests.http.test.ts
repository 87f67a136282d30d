import { afterEach, describe, expect, it } from 'vitest';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { anonymousKey, hordeFolder, type TestHorde } from '../testing/open-horde.ts';

const hordes = hordeFolder();
afterEach(() => hordes.closeAll());

const holds = (horde: TestHorde) => horde.db.read.selectFrom('kudos_hold').selectAll().execute();
const kudosOf = async (horde: TestHorde, id: number) =>
  (await horde.call('GET', `/users/${id}`)).body.kudos as number; // asserted by the tests

describe('what is refused', () => {
  it('is said by path, all of it at once', async () => {
    const horde = await hordes.open();
    const bad = await horde.ask({
      prompt: '',
      params: { width: 65, seed: 3, sampler_name: 'k_best', loras: [{ name: '' }], steps: 30.5 },
      nsfw: null,
    });
    expect(bad).toMatchObject({ status: 400, body: { message: 'Input payload validation failed' } });
    expect(bad.body).not.toHaveProperty('rc');
    expect(Object.keys(bad.body.errors).toSorted()).toEqual([
      'nsfw',
      'params.loras.0.name',
      'params.sampler_name',
      'params.seed',
      'params.steps',
      'params.width',
      'prompt',
    ]);
    expect((await horde.ask({ prompt: '   ' })).body.rc).toBe('MissingPrompt');
    const unknown = await horde.ask({ models: ['a model nobody has'] });
    expect(unknown).toMatchObject({ status: 202, body: { warnings: [{ code: 'NoAvailableWorker' }] } });
    expect((await horde.ask({ prompt: 'x'.repeat(20_000) })).status).toBe(202);
  });

  it('comes in the order of the API', async () => {
    const horde = await hordes.open();
    const deleted = await horde.addUser({ id: 5, deletedAt: 1 });
    const rcOf = async (body: object, key?: string) => {
      const answer = await horde.ask(body, key === undefined ? {} : { key });
      return `${answer.status} ${answer.body.rc ?? Object.keys(answer.body.errors ?? {}).join()}`;
    };
    expect(await rcOf({}, '')).toBe('400 apikey');
    expect(await rcOf({ webhook: 'https://x.example/' }, 'wrong')).toBe('400 BadRequest');
    expect(await rcOf({ style: 'some style' }, 'wrong')).toBe('404 StyleNotFound');
    expect(await rcOf({}, 'wrong')).toBe('401 InvalidAPIKey');
    expect(await rcOf({}, deleted)).toBe('403 DeletedUser');
    expect(await rcOf({ workers: ['nobody'], models: ['GFPGAN'] })).toBe('404 WorkerNotFound');
    expect(await rcOf({ params: { n: 20 }, models: ['GFPGAN'] }, deleted)).toBe('403 DeletedUser');
    expect(await rcOf({ source_image: 'https://x.example/a.png' })).toBe('400 SourceImageUrlInvalid');
    expect(await rcOf({ source_image: 'bm8gcGljdHVyZQ==' })).toBe('400 ImageValidationFailed');
    expect(horde.queues.image.totals().requests).toBe(0);
  });

  it('is what goes over the limit of waiting pictures, also at the same moment', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5 });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => horde.ask({ params: { n: 10 } }, { key })),
    );
    expect(answers.filter((it) => it.status === 202)).toHaveLength(3);
    expect(answers.filter((it) => it.status === 429).map((it) => it.body.rc)).toEqual(['TooManyPrompts']);
    // What it would cost may be asked all the same.
    expect((await horde.ask({ params: { n: 20 }, dry_run: true }, { key })).status).toBe(200);
    const anonymous = { key: anonymousKey };
    for (let at = 0; at < 25; at += 1) await horde.ask({ params: { n: 20 } }, anonymous);
    expect((await horde.ask({}, anonymous)).body.rc).toBe('TooManyPrompts');
    expect((await horde.ask({ models: ['another'] }, anonymous)).status).toBe(202);
  });
});

describe('heavy requests', () => {
  const heavy = { params: { steps: 50, n: 2 } };

  it('are refused without the kudos for them, with nothing charged', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 30 });
    for (const dry of [true, false]) {
      const refused = await horde.ask({ ...heavy, dry_run: dry }, { key });
      expect(refused).toMatchObject({ status: 403, body: { rc: 'KudosUpfront' } });
    }
    expect([await kudosOf(horde, 5), await holds(horde), horde.queues.image.totals().requests]).toEqual([
      30,
      [],
      0,
    ]);
    // The owner of the computer needs none.
    expect((await horde.ask(heavy)).status).toBe(202);
  });

  it('reserve their price, which is used up and released at the end', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 100 });
    const { kudos } = (await horde.ask({ ...heavy, dry_run: true }, { key })).body;
    const asked = await horde.ask(heavy, { key });
    expect(asked.status).toBe(202);
    const [placed] = await holds(horde);
    expect(Math.round((placed?.original ?? 0) / 100)).toBe(kudos);
    expect(placed).toMatchObject({ released: null, remaining: (placed?.original ?? 0) - 100 });
    // What is reserved cannot be reserved again.
    expect((await horde.ask({ params: { steps: 50, n: 5 } }, { key })).body.rc).toBe('KudosUpfront');
    const job = await horde.pop();
    await horde.submit(job.id);
    expect((await holds(horde))[0]?.released).toBeNull();
    const last = await horde.pop();
    await horde.submit(last.id);
    expect(await holds(horde)).toMatchObject([{ remaining: 0, released: horde.clock.now }]);
    expect(await checkLedger(horde.db)).toEqual({ ok: true, problems: [] });
  });

  it.each(['cancelled', 'expired', 'given up'])('that are %s release what they reserved', async (how) => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 200 });
    const asked = await horde.ask({ params: { steps: 50 } }, { key });
    if (how === 'cancelled') await horde.call('DELETE', `/generate/status/${asked.body.id}`);
    if (how === 'expired') {
      horde.clock.now += 3_600_000;
      await horde.sweep();
    }
    for (let at = 0; how === 'given up' && at < 3; at += 1) {
      const job = await horde.pop();
      await horde.submit(job.id, { state: 'faulted' });
    }
    expect(await holds(horde)).toMatchObject([{ released: horde.clock.now }]);
    expect(await kudosOf(horde, 5)).toBe(199);
  });

  it('become lighter where that is allowed', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 30 });
    const params = { width: 2048, height: 2048, steps: 90 };
    const asked = await horde.ask({ allow_downgrade: true, slow_workers: false, params }, { key });
    expect(asked.status).toBe(202);
    const job = await horde.pop();
    expect(job.payload).toMatchObject({ width: 1024, height: 1024, ddim_steps: 30 });
    expect(await holds(horde)).toEqual([]);
  });

  it('are left out by workers that want to be sure of their pay', async () => {
    const horde = await hordes.open();
    const poor = await horde.addUser({ id: 5, kudos: 25 });
    const rich = await horde.addUser({ id: 6, kudos: 500 });
    await horde.ask({}, { key: poor });
    const choosy = { require_upfront_kudos: true };
    expect(await horde.pop(choosy)).toMatchObject({ id: null, skipped: { kudos: 1 } });
    await horde.ask({ prompt: 'of the rich' }, { key: rich });
    expect((await horde.pop(choosy)).payload.prompt).toBe('of the rich');
    expect((await horde.pop({ ...choosy, priority_usernames: ['user5#5'] })).id).not.toBeNull();
  });
});

describe('the queue', () => {
  it('serves the owner of the worker, then friends, then by kudos; flagged accounts last', async () => {
    const horde = await hordes.open();
    const keys = {
      rich: await horde.addUser({ id: 5, kudos: 900 }),
      poor: await horde.addUser({ id: 6, kudos: 30 }),
      friend: await horde.addUser({ id: 7, kudos: 30 }),
      flagged: await horde.addUser({ id: 8, kudos: 5000, flags: { is_flagged: 1 } }),
    };
    for (const [name, key] of Object.entries(keys)) await horde.ask({ prompt: name }, { key });
    await horde.ask({ prompt: 'owner' });
    await horde.ask({ prompt: 'anonymous' }, { key: anonymousKey });
    const order = [];
    for (let at = 0; at < 6; at += 1) {
      const { payload } = await horde.pop({ priority_usernames: ['user7#7'] });
      // The filter adds a negative part to what flagged accounts ask.
      order.push(payload.prompt?.split('###')[0]);
    }
    // 5,000 kudos of a flagged account count as 5.
    expect(order).toEqual(['owner', 'friend', 'rich', 'poor', 'flagged', 'anonymous']);
  });

  it('tells positions, and why a worker got nothing', async () => {
    const horde = await hordes.open();
    await horde.pop();
    const first = await horde.ask({ params: { n: 2 } });
    const second = await horde.ask({ nsfw: true, models: ['tiny', 'other'] });
    const placed = await horde.call('GET', `/generate/check/${second.body.id}`);
    expect(placed.body).toMatchObject({ queue_position: 2, waiting: 1, is_possible: true });
    const none = await horde.pop({ models: ['third'], nsfw: false, max_pixels: 64 * 64 });
    expect(none).toMatchObject({ id: null, ids: [], skipped: { models: 2, nsfw: 2, max_pixels: 2 } });
    expect(Object.keys(none.skipped).toSorted()).toEqual(
      'bridge_version controlnet img2img lora max_pixels models nsfw painting performance post-processing unsafe_ip untrusted worker_id'.split(
        ' ',
      ),
    );
    const words = await horde.pop({ name: 'Worker Two', blacklist: ['LIGHTHOUSE'] });
    // The owner's own requests pass the same tests.
    expect(words).toMatchObject({ id: null, skipped: { blacklist: 2 } });
    expect((await horde.call('GET', `/generate/check/${first.body.id}`)).body.queue_position).toBe(1);
  });

  it('gives targeted requests to their workers alone', async () => {
    const horde = await hordes.open();
    await horde.pop({ name: 'Worker One' });
    await horde.pop({ name: 'Worker Two' });
    const list = (await horde.call('GET', '/workers')).body as Array<{ id: string; name: string }>;
    const idOf = (name: string) => list.find((it) => it.name === name)?.id ?? '';
    await horde.ask({ prompt: 'for one', workers: [idOf('Worker One')] });
    await horde.ask({ prompt: 'not for two', workers: [idOf('Worker Two')], worker_blacklist: true });
    expect(await horde.pop({ name: 'Worker Two' })).toMatchObject({ id: null, skipped: { worker_id: 2 } });
    expect((await horde.pop({ name: 'Worker One' })).payload.prompt).toBe('for one');
    expect((await horde.pop({ name: 'Worker One' })).payload.prompt).toBe('not for two');
  });
});

describe('modes', () => {
  it('are switched by their roles, last over a restart and are audited', async () => {
    const horde = await hordes.open();
    const plain = await horde.addUser({ id: 5 });
    const moderator = await horde.addUser({ id: 6, flags: { is_moderator: 1 } });
    const put = (body: object, key: string) => horde.call('PUT', '/status/modes', body, { key });
    expect((await put({ raid_mode: true }, plain)).body.rc).toBe('NotModerator');
    expect((await put({ maintenance_mode: true, raid_mode: true }, moderator)).body.rc).toBe('NotAdmin');
    expect((await put({}, moderator)).body.rc).toBe('NoHordeModSelected');
    expect((await put({ raid_mode: true }, moderator)).body).toEqual({ raid_mode: true });
    const seen = (key: string) => horde.call('GET', '/status/modes', undefined, { key });
    expect((await seen(moderator)).body).toMatchObject({ raid_mode: true, maintenance_mode: false });
    expect((await seen(plain)).body).not.toHaveProperty('raid_mode');
    expect((await seen('')).body).not.toHaveProperty('raid_mode');
    // No worker is there, and in a raid nobody is told.
    expect((await horde.ask()).body).not.toHaveProperty('warnings');
    const audit = await horde.db.read.selectFrom('horde_audit').selectAll().execute();
    expect(audit).toMatchObject([{ actor_id: 6, action: 'modes', detail: '{"raid_mode":true}' }]);
    await expect(
      horde.db.write(function* () {
        yield horde.db.query.deleteFrom('horde_audit').compile();
      }),
    ).rejects.toThrow('append-only');
  });

  it('of maintenance refuse new requests, empty the queue and let running jobs end', async () => {
    const horde = await hordes.open();
    const asked = await horde.ask({ params: { n: 3 } });
    const job = await horde.pop();
    await horde.call('PUT', '/status/modes', { maintenance_mode: true });
    expect(await horde.ask()).toMatchObject({ status: 400, body: { rc: 'MaintenanceMode' } });
    expect((await horde.pop()).id).toBeNull();
    expect((await horde.submit(job.id)).body.reward).toBeGreaterThan(0);
    const { body } = await horde.call('GET', `/generate/check/${asked.body.id}`);
    expect(body).toMatchObject({ done: true, finished: 1, waiting: 0 });
    await horde.call('PUT', '/status/modes', { maintenance_mode: false });
    expect((await horde.ask()).status).toBe(202);
  });

  it('of invitation let known workers work and new ones in only if invited', async () => {
    const horde = await hordes.open();
    await horde.pop();
    await horde.call('PUT', '/status/modes', { invite_only_mode: true });
    expect((await horde.pop()).ids).toEqual([]);
    const refused = await horde.call('POST', '/generate/pop', { name: 'Worker Two', models: ['tiny'] });
    expect(refused).toMatchObject({ status: 403, body: { rc: 'WorkerInviteOnly' } });
  });
});
