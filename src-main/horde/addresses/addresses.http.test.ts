import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hordeFolder, openHorde } from '../testing/open-horde.ts';

const folder = hordeFolder();
let horde: Awaited<ReturnType<typeof folder.open>>;
let moderator: string;
let member: string;
const outside = '203.0.113.9';
const hour = 3_600_000;

beforeEach(async () => {
  horde = await folder.open();
  moderator = await horde.addUser({ id: 10, flags: { is_moderator: 1 } });
  member = await horde.addUser({ id: 11 });
});
afterEach(() => folder.closeAll());

const block = (ipaddr: string, hours = 2, from = '198.51.100.7') =>
  horde.call('POST', '/operations/ipaddr', { ipaddr, hours }, { key: moderator, from });
const lift = (ipaddr: string) => horde.call('DELETE', '/operations/ipaddr', { ipaddr });
const ask = (from: string, key = member) => horde.ask({}, { key, from });
const audit = async () =>
  (await horde.db.read.selectFrom('horde_audit').selectAll().orderBy('id').execute()).map(
    ({ action, actor_id, detail }) => ({ action, actor_id, detail: JSON.parse(detail) as unknown }),
  );

describe('/operations', () => {
  const operations = [
    ['GET', '/operations/ipaddr', undefined],
    ['POST', '/operations/ipaddr', { ipaddr: outside, hours: 1 }],
    ['DELETE', '/operations/ipaddr', { ipaddr: outside }],
    ['GET', `/operations/ipaddr/${outside}`, undefined],
    ['PUT', '/operations/block_worker_ipaddr/w', { days: 1 }],
    ['DELETE', '/operations/block_worker_ipaddr/w', undefined],
  ] as const;

  it.each(operations)('%s %s is for moderators', async (method, path, body) => {
    expect(await horde.call(method, path, body, { key: member })).toMatchObject({
      status: 403,
      body: { rc: 'NotModerator' },
    });
    expect(await horde.call(method, path, body, { key: 'wrong' })).toMatchObject({
      status: 401,
      body: { rc: 'InvalidAPIKey' },
    });
    expect((await horde.call(method, path, body, { key: '' })).body).toHaveProperty('errors.apikey');
    expect(await audit()).toEqual([]);
  });

  it.each([
    [{ ipaddr: outside }],
    [{ ipaddr: outside, hours: 0 }],
    [{ ipaddr: outside, hours: 721 }],
    [{ ipaddr: outside, hours: null }],
    [{ hours: 1 }],
    [{ ipaddr: 'x'.repeat(50), hours: 1 }],
  ])('refuses the shape of %j', async (body) => {
    expect(await horde.call('POST', '/operations/ipaddr', body)).toMatchObject({ status: 400 });
  });

  it.each(['localhost', '1.2.3', '1.2.3.4/33', '10.0.0.0/a', '::g'])('answers 400 to %s', async (ipaddr) => {
    const bad = { status: 400, body: { rc: 'BadRequest' } };
    expect(await block(ipaddr)).toMatchObject(bad);
    expect(await lift(ipaddr)).toMatchObject(bad);
    expect(await horde.call('GET', `/operations/ipaddr/${encodeURIComponent(ipaddr)}`)).toMatchObject(bad);
  });

  it.each([
    ['11.0.0.0/7', 'BlockTooWide'],
    ['0.0.0.0/0', 'BlockTooWide'],
    ['2001:db8::/31', 'BlockTooWide'],
    ['127.0.0.0/8', 'BlockWouldLockOut'],
    ['127.3.0.0/16', 'BlockWouldLockOut'],
    ['127.0.0.1', 'BlockWouldLockOut'],
    ['::1', 'BlockWouldLockOut'],
    ['::1/128', 'BlockWouldLockOut'],
    ['198.51.100.0/24', 'BlockWouldLockOut'],
    ['198.51.100.7', 'BlockWouldLockOut'],
  ])('does not block %s', async (ipaddr, rc) => {
    expect(await block(ipaddr)).toMatchObject({ status: 400, body: { rc } });
    expect(await audit()).toEqual([]);
  });
});

describe('an address in timeout', () => {
  it('may not ask, pop or register, and may again once that is lifted', async () => {
    expect((await block(outside)).body).toEqual({ message: 'OK' });
    const refused = { status: 403, body: { rc: 'TimeoutIP' } };
    expect(await ask(outside)).toMatchObject(refused);
    expect(await ask(`::ffff:${outside}`)).toMatchObject(refused);
    expect((await ask(outside)).body.message).toContain('7200 seconds');
    const pop = { name: 'A worker', models: ['tiny'], max_pixels: 4_194_304 };
    expect(await horde.call('POST', '/generate/pop', pop, { key: member, from: outside })).toMatchObject(
      refused,
    );
    expect(() => horde.moderation.addresses.refuseRegistration(outside)).toThrow(
      expect.objectContaining({ rc: 'TimeoutIP' }),
    );
    expect((await ask('203.0.113.10')).status).toBe(202);
    expect((await horde.call('GET', `/operations/ipaddr/${outside}`)).body).toEqual([
      { ipaddr: outside, seconds: 7200 },
    ]);
    expect((await horde.call('GET', '/operations/ipaddr')).body).toEqual([]);
    expect((await lift(outside)).body).toEqual({ message: 'OK' });
    expect((await ask(outside)).status).toBe(202);
    expect(await audit()).toMatchObject([
      { action: 'address.timeout', actor_id: 10, detail: { address: outside } },
      { action: 'address.lift', actor_id: 1, detail: { address: outside } },
    ]);
  });

  it('is an IPv6 network of 64 bits', async () => {
    await block('2001:db8:1:2::3');
    expect((await ask('2001:db8:1:2:ffff::9')).status).toBe(403);
    expect((await ask('2001:db8:1:3::3')).status).toBe(202);
  });

  it('does not get out sooner by a shorter one', async () => {
    await block(outside, 10);
    await block(outside, 1);
    expect((await horde.call('GET', `/operations/ipaddr/${outside}`)).body[0].seconds).toBe(36_000);
  });

  it('stays in over a restart and gets out when its time is over', async () => {
    await block(outside, 2);
    const again = await openHorde({ folder: horde.folder, clock: horde.clock });
    expect((await again.ask({}, { key: member, from: outside })).status).toBe(403);
    horde.clock.now += 2 * hour;
    expect((await again.ask({}, { key: member, from: outside })).status).toBe(202);
    await again.moderation.sweep(horde.clock.now);
    expect(await again.db.read.selectFrom('horde_timeouts').selectAll().execute()).toEqual([]);
    await again.close();
  });
});

describe('a blocked network', () => {
  it('holds every address in it', async () => {
    expect((await block('203.0.113.77/24')).status).toBe(200);
    expect((await ask(outside)).status).toBe(403);
    expect((await ask('203.0.112.255')).status).toBe(202);
    expect((await horde.call('GET', '/operations/ipaddr')).body).toEqual([
      { ipaddr: '203.0.113.0/24', seconds: 7200 },
    ]);
    expect((await horde.call('GET', `/operations/ipaddr/${outside}`)).body).toHaveLength(1);
    await lift('203.0.113.1/24');
    expect((await ask(outside)).status).toBe(202);
  });
});

describe('the address of a worker', () => {
  const worker = async (from: string): Promise<string> => {
    const offer = { name: `worker at ${from}`, models: ['tiny'], max_pixels: 4_194_304 };
    await horde.call('POST', '/generate/pop', offer, { key: member, from });
    const found = await horde.db.read
      .selectFrom('horde_workers')
      .select('id')
      .where('name', '=', offer.name)
      .executeTakeFirstOrThrow();
    return found.id;
  };

  it.each([
    [outside, '203.0.113.10', []],
    ['2001:db8:1:2::3', '2001:db8:1:3::3', [{ ipaddr: '2001:db8:1:2::/64', seconds: 86_400 }]],
  ])('is blocked and let in again: %s', async (from, other, blocks) => {
    const path = `/operations/block_worker_ipaddr/${await worker(from)}`;
    expect(await horde.call('PUT', path, { days: 1 }, { key: moderator })).toMatchObject({
      body: { message: 'OK' },
    });
    expect((await ask(from)).body.rc).toBe('TimeoutIP');
    expect((await ask(other)).status).toBe(202);
    expect((await horde.call('GET', '/operations/ipaddr')).body).toEqual(blocks);
    expect((await horde.call('DELETE', path)).body).toEqual({ message: 'OK' });
    expect((await ask(from)).status).toBe(202);
  });

  it('is not blocked where it is this computer', async () => {
    const id = await worker('127.0.0.1');
    expect(await horde.call('PUT', `/operations/block_worker_ipaddr/${id}`, { days: 1 })).toMatchObject({
      status: 400,
      body: { rc: 'BlockWouldLockOut' },
    });
  });

  it.each([{ days: 0 }, { days: 31 }, {}])('is not blocked for %j', async (body) => {
    expect((await horde.call('PUT', '/operations/block_worker_ipaddr/w', body)).status).toBe(400);
  });

  it('needs a worker', async () => {
    const missing = { status: 404, body: { rc: 'WorkerNotFound' } };
    expect(await horde.call('PUT', '/operations/block_worker_ipaddr/w', { days: 1 })).toMatchObject(missing);
    expect(await horde.call('DELETE', '/operations/block_worker_ipaddr/w')).toMatchObject(missing);
  });
});

describe('banned client agents', () => {
  const askAs = (agent: string) => horde.ask({}, { headers: { 'client-agent': agent } });

  it('are refused as they stand or by their name, over a restart too', async () => {
    const { agents } = horde.moderation;
    await agents.ban({ agent: 'Exact:1:me', match: 'exact' }, 1);
    await agents.ban({ agent: 'Name:2:x', match: 'prefix' }, 1);
    await agents.load();
    for (const agent of ['Exact:1:me', 'Name:9:other', 'Name']) {
      expect(await askAs(agent)).toMatchObject({ status: 403, body: { rc: 'BannedClientAgent' } });
    }
    for (const agent of ['Exact:2:me', 'Names:1:x']) expect((await askAs(agent)).status).toBe(202);
    expect(agents.list()).toEqual([
      { agent: 'Exact:1:me', match: 'exact' },
      { agent: 'Name', match: 'prefix' },
    ]);
    await agents.lift({ agent: 'Name', match: 'prefix' }, 1);
    expect((await askAs('Name:9:other')).status).toBe(202);
    expect((await audit()).map((line) => line.action)).toEqual(['agent.ban', 'agent.ban', 'agent.lift']);
  });
});
