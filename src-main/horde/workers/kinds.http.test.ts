import { afterEach, describe, expect, it } from 'vitest';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { hordeFolder, openHorde, type TestHorde } from '../testing/open-horde.ts';

const hordes = hordeFolder();
afterEach(() => hordes.closeAll());

const from = { ip: '127.0.0.1', isLocal: true };
const ownerOf = async (horde: TestHorde) => {
  const { body } = await horde.call('GET', '/find_user');
  return body.id as number;
};
/** An alchemist checks in as its pop would. */
async function checkInAlchemist(horde: TestHorde, extra: object = {}, id = 1) {
  const owner = (await horde.users.byIds([id])).get(id);
  if (!owner) throw new Error('no owner');
  const offer = { name: 'Alchemist One', forms: ['caption', 'nsfw'], bridge_agent: 'x:1:y', ...extra };
  return horde.workers.checkIn('interrogation', offer, owner, from);
}

describe('workers of three kinds', () => {
  it('are listed by type, each with the fields of its kind', async () => {
    const horde = await hordes.open();
    await horde.pop();
    await horde.popText({ max_context_length: 8192, threads: 3 });
    await checkInAlchemist(horde, { threads: 2 });
    const list = async (query = '') =>
      (await horde.call('GET', `/workers${query}`, undefined, { key: '' })).body;
    const types = (found: Array<{ type: string }>) => found.map((worker) => worker.type).toSorted();
    expect(types(await list())).toEqual(['image', 'interrogation', 'text']);
    const [dreamer] = await list('?type=image');
    const [scribe] = await list('?type=text');
    const [alchemist] = await list('?type=interrogation');
    expect(await list('?type=other')).toEqual([]);
    expect(types(await list('?name=SCRIBE%20one&type=image'))).toEqual(['text']);
    expect(dreamer).toMatchObject({ max_pixels: 4_194_304, models: ['tiny'], img2img: true });
    expect(dreamer).not.toHaveProperty('max_length');
    expect(scribe).toMatchObject({
      max_length: 1024,
      max_context_length: 8192,
      threads: 3,
      performance: '1.0 tokens per second',
      tokens_generated: 0,
    });
    expect(scribe).not.toHaveProperty('max_pixels');
    expect(alchemist).toMatchObject({
      forms: ['caption', 'nsfw'],
      nsfw: false,
      threads: 2,
      performance: 'No requests fulfilled yet',
      kudos_details: { generated: null, uptime: 0 },
    });
    expect(alchemist).not.toHaveProperty('models');
    expect((await horde.call('GET', '/status/performance')).body).toMatchObject({
      worker_count: 1,
      text_worker_count: 1,
      text_thread_count: 3,
      interrogator_count: 1,
      interrogator_thread_count: 2,
    });
    expect((await horde.call('GET', '/status/models?type=text')).body).toMatchObject([
      { name: 'tiny-13B', count: 3, type: 'text' },
    ]);
  });

  it('keep their names to themselves, whatever the kind', async () => {
    const horde = await hordes.open();
    const other = await horde.addUser({ id: 5 });
    await horde.pop();
    const popText = (extra: object, key = horde.ownerKey) =>
      horde.call('POST', '/generate/text/pop', { name: 'WORKER one', models: ['abc'], ...extra }, { key });
    // Before it is looked at whose worker it is.
    expect(await popText({}, other)).toMatchObject({ status: 400, body: { rc: 'PolymorphicNameConflict' } });
    expect((await popText({})).body.rc).toBe('PolymorphicNameConflict');
    await expect(checkInAlchemist(horde, { name: 'worker ONE' })).rejects.toMatchObject({
      rc: 'PolymorphicNameConflict',
    });
    await checkInAlchemist(horde);
    const named = { name: 'alchemist one', models: ['tiny'] };
    expect((await horde.call('POST', '/generate/pop', named)).body.rc).toBe('PolymorphicNameConflict');
  });

  it('are refused in the order of the API', async () => {
    const horde = await hordes.open();
    const flagged = await horde.addUser({ id: 5, flags: { is_flagged: 1 } });
    const other = await horde.addUser({ id: 6 });
    await horde.popText();
    const rcOf = async (extra: object, key = horde.ownerKey) => {
      const offer = { name: 'Scribe One', models: ['tiny-13B'], ...extra };
      const { status, body } = await horde.call('POST', '/generate/text/pop', offer, { key });
      return `${status} ${body.rc ?? Object.keys(body.errors ?? {}).join()}`;
    };
    expect(await rcOf({ priority_usernames: ['bob'] }, 'wrong')).toBe('400 InvalidPriorityUsername');
    expect(await rcOf({}, 'wrong')).toBe('401 InvalidAPIKey');
    expect(await rcOf({}, '')).toBe('400 apikey');
    expect(await rcOf({}, flagged)).toBe('403 WorkerFlaggedMaintenance');
    expect(await rcOf({}, '0000000000')).toBe('403 AnonForbiddenWorker');
    expect(await rcOf({}, other)).toBe('403 WrongCredentials');
    expect(await rcOf({ models: [] })).toBe('400 BadRequest');
    expect(await rcOf({ models: ['mine::somebody#9'] })).toBe('400 BadRequest');
    expect(await rcOf({ threads: 51 })).toBe('400 threads');
    const id = (await horde.call('GET', '/workers/name/Scribe%20One')).body.id;
    await horde.call('PUT', `/workers/${id}`, { maintenance: true, maintenance_msg: 'Gone fishing.' });
    expect(await rcOf({})).toBe('403 WorkerMaintenance');
  });

  it('come back as they were after a restart', async () => {
    const before = await hordes.open();
    const { folder, clock, ownerKey: key } = before;
    await before.popText({ max_length: 333 });
    await checkInAlchemist(before);
    await before.close();
    const horde = await openHorde({ folder, clock, key });
    expect([...horde.workers.live.text.all()]).toMatchObject([{ kind: 'text', profile: { maxLength: 333 } }]);
    expect(horde.workers.live.interrogation.offering(['nsfw']).next().value).toMatchObject({
      name: 'Alchemist One',
      profile: { maxTiles: 80 },
    });
    expect([...horde.workers.live.image.all()]).toEqual([]);
    await horde.close();
  });
});

describe('uptime', () => {
  it('pays each kind by its table', async () => {
    const horde = await hordes.open();
    const owner = await ownerOf(horde);
    const before = (await horde.call('GET', `/users/${owner}`)).body.kudos;
    for (let minute = 0; minute <= 11; minute += 1) {
      await horde.pop();
      await horde.popText({ max_context_length: 8192 });
      await checkInAlchemist(horde);
      horde.clock.now += 60_000;
    }
    const rewards = Object.fromEntries(
      (await horde.call('GET', '/workers')).body.map((worker: { type: string; kudos_rewards: number }) => [
        worker.type,
        worker.kudos_rewards,
      ]),
    );
    // 50 + 2 a model; (25 + 15 * 8) * 13 / 7; 40.
    expect(rewards).toEqual({ image: 52, text: 269.29, interrogation: 40 });
    const after = (await horde.call('GET', `/users/${owner}`)).body.kudos;
    expect(after - before).toBeCloseTo(361.29, 0);
    expect(await checkLedger(horde.db)).toMatchObject({ ok: true });
  });

  it('of an alchemist is paid out at once, that of others waits for trust', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5 });
    for (let minute = 0; minute <= 11; minute += 1) {
      await horde.popText({}, { key });
      await checkInAlchemist(horde, {}, 5);
      horde.clock.now += 60_000;
    }
    const accounts = await horde.db.read
      .selectFrom('kudos_account')
      .select(['kind', 'balance'])
      .where('user_id', '=', 5)
      .orderBy('kind')
      .execute();
    // (25 + 15 * 2) * 13 / 7 of the scribe are held back.
    expect(accounts).toEqual([
      { kind: 'escrow', balance: 10_214 },
      { kind: 'user', balance: 2500 + 4000 },
    ]);
  });
});
