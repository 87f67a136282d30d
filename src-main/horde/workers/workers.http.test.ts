import { afterEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { hordeFolder, type TestHorde } from '../testing/open-horde.ts';

const hordes = hordeFolder();
afterEach(() => hordes.closeAll());

const idOf = async (horde: TestHorde, name = 'Worker One'): Promise<string> =>
  (await horde.call('GET', `/workers/name/${encodeURIComponent(name)}`)).body.id;
const offer = { name: 'Worker One', models: ['tiny'] };

describe('a worker that pops', () => {
  it('is refused in the order of the API', async () => {
    const horde = await hordes.open();
    const flagged = await horde.addUser({ id: 5, flags: { is_flagged: 1 } });
    const other = await horde.addUser({ id: 6 });
    await horde.pop();
    const pop = (body: object, key = horde.ownerKey) =>
      horde.call('POST', '/generate/pop', { ...offer, ...body }, { key });
    const rcOf = async (body: object, key?: string) => {
      const { status, body: said } = await pop(body, key);
      return `${status} ${said.rc ?? Object.keys(said.errors ?? {}).join()}`;
    };
    expect(await rcOf({ priority_usernames: ['bob'] }, 'wrong')).toBe('400 InvalidPriorityUsername');
    expect(await rcOf({}, 'wrong')).toBe('401 InvalidAPIKey');
    expect(await rcOf({}, '')).toBe('400 apikey');
    expect(await rcOf({}, flagged)).toBe('403 WorkerFlaggedMaintenance');
    expect(await rcOf({}, '0000000000')).toBe('403 AnonForbiddenWorker');
    expect(await rcOf({ name: 'WORKER one' }, other)).toBe('403 WrongCredentials');
    expect((await pop({}, other)).body.message).toContain('wrong credentials');
    expect(await rcOf({ models: [] })).toBe('400 BadRequest');
    expect((await pop({ models: [] })).body.message).toContain('we cannot accept workers serving');
    expect(await rcOf({ models: ['tiny::somebody#9'] })).toBe('400 BadRequest');
    expect(await rcOf({ name: ' <b> ' })).toBe('400 BadRequest');
    for (const name of ['one', 'two', 'three']) expect((await pop({ name }, other)).status).toBe(200);
    expect(await rcOf({ name: 'four' }, other)).toBe('403 TooManyWorkers');
  });

  it('and then leaves makes its requests impossible at once, until it pops again', async () => {
    const horde = await hordes.open();
    await horde.pop();
    const asked = await horde.ask();
    const isPossible = async (): Promise<unknown> =>
      (await horde.call('GET', `/generate/check/${asked.body.id}`)).body.is_possible;
    expect(await isPossible()).toBe(true);
    horde.workers.leave('WORKER one');
    horde.clock.now += 1_000;
    expect(await isPossible()).toBe(false);
    expect((await horde.call('GET', '/workers')).body).toEqual([]);
    await horde.pop();
    horde.clock.now += 1_000;
    expect(await isPossible()).toBe(true);
  });

  it('earns for more than ten minutes of uptime, not for rest or absence', async () => {
    const horde = await hordes.open();
    await horde.pop();
    const before = (await horde.call('GET', '/find_user')).body.kudos as number;
    const stay = async (minutes: number) => {
      for (let at = 0; at < minutes; at += 1) {
        horde.clock.now += 60_000;
        await horde.call('POST', '/generate/pop', { ...offer, models: ['tiny', 'bbb'], allow_lora: true });
      }
    };
    const kudos = async () => ((await horde.call('GET', '/find_user')).body.kudos as number) - before;
    await stay(10);
    expect(await kudos()).toBe(0);
    await stay(1);
    expect(await kudos()).toBe(84);
    const id = await idOf(horde);
    expect((await horde.call('GET', `/workers/${id}`)).body).toMatchObject({
      uptime: 660,
      kudos_rewards: 84,
      kudos_details: { generated: 0, uptime: 84 },
    });
    await stay(9);
    await horde.call('PUT', `/workers/${id}`, { maintenance: true });
    await stay(5);
    await horde.call('PUT', `/workers/${id}`, { maintenance: false });
    await stay(10);
    expect(await kudos()).toBe(84);
    horde.clock.now += 301_000;
    await stay(10);
    expect(await kudos()).toBe(84);
    await stay(2);
    expect(await kudos()).toBe(168);
    expect(await checkLedger(horde.db)).toEqual({ ok: true, problems: [] });
  });
});

describe('a worker in maintenance', () => {
  it('serves its owner alone and is told so with the text', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 100 });
    await horde.pop();
    const id = await idOf(horde);
    const change = { maintenance: true, maintenance_msg: 'New fans.' };
    expect((await horde.call('PUT', `/workers/${id}`, change)).body).toEqual({ maintenance: true });
    const theirs = await horde.ask({}, { key });
    const refused = await horde.call('POST', '/generate/pop', { ...offer, priority_usernames: ['user5#5'] });
    expect(refused).toMatchObject({ status: 403, body: { rc: 'WorkerMaintenance' } });
    expect(refused.body.message).toMatch(/maintenance mode.*New fans\./);
    expect((await horde.call('GET', `/generate/check/${theirs.body.id}`)).body.is_possible).toBe(false);
    const own = await horde.ask();
    expect((await horde.call('GET', `/generate/check/${own.body.id}`)).body.is_possible).toBe(true);
    const job = await horde.pop();
    expect((await horde.submit(job.id)).status).toBe(200);
    expect((await horde.submit(job.id, { seed: 1 })).body).toEqual({ reward: 0 });
  });
});

describe('a paused worker', () => {
  it('gets made-up work that looks real and moves nothing', async () => {
    const horde = await hordes.open();
    const owner = await horde.addUser({ id: 5 });
    const as = { key: owner };
    await horde.pop({}, as);
    const id = await idOf(horde);
    const seenBy = async (key: string) =>
      (await horde.call('GET', `/workers/${id}`, undefined, { key })).body;
    const before = await seenBy(owner);
    expect((await horde.call('PUT', `/workers/${id}`, { paused: true }, as)).body.rc).toBe('NotModerator');
    await horde.call('PUT', `/workers/${id}`, { paused: true });
    expect(await seenBy(owner)).toEqual(before);
    expect(await seenBy(horde.ownerKey)).toMatchObject({ paused: true });

    // Without real work that it could do there is none.
    expect((await horde.pop({}, as)).id).toBeNull();
    const asked = await horde.ask({ prompt: 'a secret of mine' });
    const decoy = await horde.pop({}, as);
    expect(decoy.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(decoy.model).toBe('tiny');
    expect(JSON.stringify(decoy)).not.toContain('secret');
    expect((await horde.pop({}, as)).id).toBeNull();
    expect((await horde.call('GET', `/generate/check/${asked.body.id}`)).body).toMatchObject({
      waiting: 1,
      processing: 0,
      is_possible: false,
    });
    const events = async () => (await horde.db.read.selectFrom('kudos_event').selectAll().execute()).length;
    const booked = await events();
    expect((await horde.submit(decoy.id, { generation: 'R2' }, as)).body.rc).toBe('ImageValidationFailed');
    expect((await horde.upload(decoy.r2_upload)).statusCode).toBe(200);
    const paid = await horde.submit(decoy.id, { generation: 'R2' }, as);
    expect(paid.body.reward).toBeGreaterThan(0);
    expect((await horde.submit(decoy.id, { generation: 'R2' }, as)).body).toEqual(paid.body);
    expect((await horde.submit(decoy.id, { seed: 99 }, as)).body.rc).toBe('DuplicateGen');
    expect((await horde.upload(decoy.r2_upload)).statusCode).toBe(403);
    expect(await events()).toBe(booked);
    // Never a second one for the same request, and its own requests are served for real.
    horde.clock.now += 31_000;
    expect((await horde.pop({}, as)).id).toBeNull();
    await horde.ask({ prompt: 'its own' }, as);
    expect((await horde.pop({}, as)).payload.prompt).toBe('its own');
    expect((await horde.pop({ name: 'Worker Two' })).payload.prompt).toBe('a secret of mine');
  });
});

describe('changes and deletion', () => {
  it('are for owner and moderators, all or nothing', async () => {
    const horde = await hordes.open();
    const other = await horde.addUser({ id: 5 });
    await horde.pop();
    await horde.pop({ name: 'Worker Two' });
    const id = await idOf(horde);
    const put = async (body: object, key?: string) =>
      (await horde.call('PUT', `/workers/${id}`, body, key === undefined ? {} : { key })).body;
    expect(await put({ info: 'x' }, other)).toMatchObject({ rc: 'NotOwner' });
    expect(await put({ name: 'Another name' }, other)).toMatchObject({ rc: 'NotModerator' });
    expect(await put({})).toMatchObject({ rc: 'NoWorkerModSelected' });
    expect(await put({ info: 'kept out', name: 'worker two' })).toMatchObject({
      rc: 'WorkerNameAlreadyExists',
    });
    expect(await put({ info: 'kept out', team: 'no such team' })).toMatchObject({ rc: 'TeamNotFound' });
    expect((await horde.call('GET', `/workers/${id}`)).body).not.toHaveProperty('info');
    expect(await put({ info: 'a <b>', name: 'New name', team: '' })).toEqual({
      info: 'a <b>',
      name: 'New name',
      team: 'None',
    });
    const seen = (await horde.call('GET', `/workers/${id}`, undefined, { key: '' })).body;
    expect(seen).toMatchObject({ info: 'a &lt;b&gt;', name: 'New name' });
    expect(seen).not.toHaveProperty('ipaddr');
    expect((await horde.call('PUT', '/workers/nobody', { info: 'x' })).status).toBe(404);
  });

  it('lists more workers than are read at once, each once, oldest first', async () => {
    const horde = await hordes.open();
    const names = Array.from({ length: 130 }, (_, at) => `Worker ${String(at).padStart(3, '0')}`);
    const invited = horde.db.query.updateTable('users').set({ worker_invited: 500 }).where('id', '=', 1);
    await horde.db.write(() => run(invited));
    for (const name of names) {
      horde.clock.now += 10;
      expect((await horde.call('POST', '/generate/pop', { ...offer, name })).status).toBe(200);
    }
    const listed = async () =>
      (await horde.call('GET', '/workers')).body.map(({ name }: { name: string }) => name);
    expect(await listed()).toEqual(names);
    horde.workers.leave('Worker 007');
    horde.clock.now += 1_000;
    expect(await listed()).toEqual(names.filter((name) => name !== 'Worker 007'));
  });

  it('filters the list and deletes once no job is kept', async () => {
    const horde = await hordes.open();
    const other = await horde.addUser({ id: 5 });
    await horde.ask();
    const job = await horde.pop();
    const id = await idOf(horde);
    const names = async (query: string) =>
      ((await horde.call('GET', `/workers${query}`)).body as Array<{ name: string }>).map((it) => it.name);
    expect(await names('?type=image')).toEqual(['Worker One']);
    expect(await names('?type=text')).toEqual([]);
    expect(await names('?type=text&name=worker%20one')).toEqual(['Worker One']);
    expect((await horde.call('GET', '/workers/name/worker%20one')).status).toBe(404);
    const remove = (key?: string) =>
      horde.call('DELETE', `/workers/${id}`, undefined, key === undefined ? {} : { key });
    expect((await remove('')).status).toBe(401);
    expect((await remove(other)).body.rc).toBe('NotModerator');
    await horde.submit(job.id);
    expect(await remove()).toMatchObject({
      status: 423,
      body: { rc: 'Locked', message: expect.stringMatching(/after \d{4}-/) },
    });
    horde.clock.now += 3_600_000;
    await horde.sweep();
    expect(await names('')).toEqual([]);
    expect((await horde.call('GET', `/workers/${id}`)).body).toMatchObject({ online: false });
    expect((await remove()).body).toEqual({ deleted_id: id, deleted_name: 'Worker One' });
    expect((await horde.call('GET', `/workers/${id}`)).status).toBe(404);
  });
});
