import { afterEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { communityFolder } from '../testing/open-community.ts';
import { anonymousKey, someTime } from '../testing/open-horde.ts';
import { deleteTeamsOf, type TeamShare } from './index.ts';

const folders = communityFolder();
afterEach(folders.closeAll);

const nobody = '01234567-89ab-4cde-8f01-23456789abcd';

async function openTeams() {
  const horde = await folders.open();
  const { teams } = horde.community;
  const ada = await horde.addUser({ id: 7, flags: { is_trusted: 1 } });
  const mod = await horde.addUser({ id: 8, flags: { is_moderator: 1 } });
  const make = async (name = 'Painters', extra: object = {}): Promise<string> => {
    horde.clock.now += 1;
    return (await horde.call('POST', '/teams', { name, ...extra })).body.id;
  };
  const join = (workerId: string, teamId: string, mover?: { id: number; isModerator: boolean }) =>
    horde.db.write(() => teams.join(horde.db.query, workerId, teamId, horde.clock.now, mover));
  const credit = (share: TeamShare) => horde.db.write(() => teams.credit(horde.db.query, share));
  const show = async (id: string) => (await horde.call('GET', `/teams/${id}`, undefined, { key: '' })).body;
  return { ...horde, teams, ada, mod, make, join, credit, show };
}

describe('teams', () => {
  it('show their workers, what these offer, and their totals', async () => {
    const horde = await openTeams();
    const made = await horde.call('POST', '/teams', { name: ' The  Painters ', info: 'We <paint>' });
    expect([made.status, made.body]).toEqual([
      200,
      { id: expect.any(String), name: 'The Painters', info: 'We <paint>' },
    ]);
    const { id } = made.body;
    const dreamer = await horde.addWorker({ name: 'Dreamer', models: ['tiny', 'big'] });
    const scribe = await horde.addWorker({ name: 'Scribe', kind: 'text', models: ['tiny'] });
    const alchemist = await horde.addWorker({ name: 'Alchemist', kind: 'interrogation' });
    for (const worker of [dreamer, scribe, alchemist]) {
      horde.clock.now += 1;
      await horde.join(worker, id);
    }
    horde.onlineIds.add(dreamer);
    expect(await horde.show(id)).toEqual({
      id,
      name: 'The Painters',
      info: 'We &lt;paint&gt;',
      requests_fulfilled: 0,
      kudos: 0,
      uptime: 0,
      creator: 'Owner#1',
      worker_count: 3,
      workers: [
        { type: 'image', name: 'Dreamer', id: dreamer, online: true },
        { type: 'text', name: 'Scribe', id: scribe, online: false },
        { type: 'interrogation', name: 'Alchemist', id: alchemist, online: false },
      ],
      models: [
        { name: 'tiny', count: 2 },
        { name: 'big', count: 1 },
      ],
    });
    const second = await horde.make('Writers');
    const { body: all } = await horde.call('GET', '/teams', undefined, { key: '' });
    expect(all).toMatchObject([
      { id, worker_count: 3 },
      { id: second, worker_count: 0, workers: [] },
    ]);
    expect(all[1]).not.toHaveProperty('info');
  });

  it('count jobs of image workers and uptime of all, while these are members', async () => {
    const horde = await openTeams();
    const [id, other] = [await horde.make(), await horde.make('Writers')];
    const [dreamer, scribe] = [
      await horde.addWorker(),
      await horde.addWorker({ name: 'Scribe', kind: 'text' }),
    ];
    const job = { fulfilments: 1, kudosCents: 1050, things: 1e6 };
    await horde.credit({ workerId: dreamer, kind: 'image', ...job });
    await horde.join(dreamer, id);
    await horde.join(scribe, id);
    await horde.credit({ workerId: dreamer, kind: 'image', ...job });
    await horde.credit({ workerId: dreamer, kind: 'image', uptimeSeconds: 600, kudosCents: 300 });
    await horde.credit({ workerId: scribe, kind: 'text', ...job });
    await horde.credit({ workerId: scribe, kind: 'text', uptimeSeconds: 600, kudosCents: 300 });
    const totals = { requests_fulfilled: 1, kudos: 10.5, uptime: 1200 };
    expect(await horde.show(id)).toMatchObject({ ...totals, worker_count: 2 });
    await horde.join(dreamer, other);
    await horde.credit({ workerId: dreamer, kind: 'image', ...job });
    expect(await horde.show(id)).toMatchObject({ ...totals, worker_count: 1 });
    expect(await horde.show(other)).toMatchObject({ requests_fulfilled: 1, kudos: 10.5, uptime: 0 });
    expect(await horde.teams.ofWorkers([dreamer, scribe, nobody])).toEqual(
      new Map([
        [dreamer, { id: other, name: 'Writers' }],
        [scribe, { id, name: 'Painters' }],
      ]),
    );
    await horde.db.write(() => horde.teams.leave(horde.db.query, scribe));
    expect(await horde.show(id)).toMatchObject({ ...totals, worker_count: 0 });
  });

  it('are made by trusted users, with names of their own', async () => {
    const horde = await openTeams();
    const plain = await horde.addUser({ id: 9 });
    const gone = await horde.addUser({ id: 10, flags: { is_trusted: 1 }, deletedAt: someTime });
    const post = (body: object, key = horde.ownerKey) => horde.rcOf('POST', '/teams', body, { key });
    expect(await post({ name: 'Painters' }, '')).toEqual([400, undefined]);
    expect(await post({ name: 'Painters' }, 'wrong')).toEqual([401, 'InvalidAPIKey']);
    expect(await post({ name: 'Painters' }, anonymousKey)).toEqual([403, 'AnonForbidden']);
    expect(await post({ name: 'Painters' }, gone)).toEqual([403, 'DeletedUser']);
    expect(await post({ name: 'Painters' }, plain)).toEqual([403, 'UntrustedTeamCreation']);
    expect(await post({ name: 'ab' })).toEqual([400, undefined]);
    expect(await post({ name: '<b>Painters</b>' })).toEqual([400, 'BadRequest']);
    expect(await post({ name: 'darn team' })).toEqual([400, 'ProfaneTeamName']);
    expect(await post({ name: 'Painters', info: 'a darn team' })).toEqual([400, 'ProfaneTeamInfo']);
    expect(await post({ name: 'Painters' }, horde.ada)).toEqual([200, undefined]);
    expect(await post({ name: 'PAINTERS' })).toEqual([400, 'TeamNameAlreadyExists']);
  });

  it('are changed by their owner and by moderators, all or nothing', async () => {
    const horde = await openTeams();
    const id = await horde.make('Painters', { info: 'We paint' });
    await horde.make('Writers');
    const path = `/teams/${id}`;
    const patch = (body: object, key = horde.ownerKey, at = path) => horde.rcOf('PATCH', at, body, { key });
    expect(await patch({ info: 'New' }, '')).toEqual([401, 'InvalidAPIKey']);
    expect(await patch({ info: 'New' }, 'wrong', `/teams/${nobody}`)).toEqual([401, 'InvalidAPIKey']);
    expect(await patch({ info: 'New' }, horde.ownerKey, `/teams/${nobody}`)).toEqual([404, 'TeamNotFound']);
    expect(await patch({ info: 'New' }, horde.ownerKey, '/teams/none')).toEqual([404, 'TeamNotFound']);
    expect(await patch({ info: 'New' }, horde.ada)).toEqual([403, 'NotOwner']);
    expect(await patch({ name: 'New' }, horde.ada)).toEqual([403, 'NotModerator']);
    expect(await patch({})).toEqual([400, 'NoTeamModSelected']);
    expect(await patch({ info: 'a darn team' })).toEqual([400, 'ProfaneTeamInfo']);
    expect(await patch({ name: 'darn team' })).toEqual([400, 'ProfaneTeamName']);
    expect(await patch({ info: 'Lost', name: 'writers' })).toEqual([400, 'TeamNameAlreadyExists']);
    expect(await horde.show(id)).toMatchObject({ name: 'Painters', info: 'We paint' });
    expect((await horde.call('PATCH', path, { name: 'PAINTERS' })).body).toEqual({ id, name: 'PAINTERS' });
    const info = await horde.call('PATCH', path, { info: 'Kept' }, { key: horde.mod });
    expect(info.body).toEqual({ id, info: 'Kept' });
    expect(await horde.auditLines()).toMatchObject([{ actor_id: 8, action: 'team.change' }]);
  });

  it('are deleted by their owner and by moderators; their workers stay', async () => {
    const horde = await openTeams();
    const id = await horde.make();
    const worker = await horde.addWorker();
    await horde.join(worker, id);
    const path = `/teams/${id}`;
    const remove = (key: string) => horde.rcOf('DELETE', path, undefined, { key });
    expect(await remove('')).toEqual([401, 'InvalidAPIKey']);
    expect(await remove(horde.ada)).toEqual([403, 'NotModerator']);
    const { body } = await horde.call('DELETE', path, undefined, { key: horde.mod });
    expect(body).toEqual({ deleted_id: id, deleted_name: 'Painters' });
    expect(await remove(horde.mod)).toEqual([404, 'TeamNotFound']);
    expect(await horde.teams.ofWorkers([worker])).toEqual(new Map());
    expect(await horde.teams.exists(id)).toBe(false);
    expect(await horde.db.read.selectFrom('horde_workers').select('id').execute()).toEqual([{ id: worker }]);
  });

  it('are public, and a key that opens nothing is refused where it is read', async () => {
    const horde = await openTeams();
    const path = `/teams/${await horde.make()}`;
    expect(await horde.rcOf('GET', path, undefined, { key: horde.ada })).toEqual([200, undefined]);
    expect(await horde.rcOf('GET', path, undefined, { key: 'wrong' })).toEqual([401, 'InvalidAPIKey']);
    expect(await horde.rcOf('GET', '/teams/none', undefined, { key: 'wrong' })).toEqual([
      404,
      'TeamNotFound',
    ]);
  });

  it('that are closed take workers from their owner and moderators alone', async () => {
    const horde = await openTeams();
    const id = await horde.make();
    const worker = await horde.addWorker({ ownerId: 7 });
    await expect(horde.teams.setOpen(id, false, await horde.userOf(7))).rejects.toMatchObject({
      status: 403,
    });
    await horde.teams.setOpen(id, false, await horde.userOf(1));
    await expect(horde.join(worker, id)).rejects.toMatchObject({ rc: 'NotModerator' });
    await expect(horde.join(worker, id, { id: 7, isModerator: false })).rejects.toMatchObject({
      status: 403,
    });
    await expect(horde.join(worker, nobody)).rejects.toMatchObject({ rc: 'TeamNotFound' });
    expect(await horde.join(worker, id, { id: 8, isModerator: true })).toEqual({ id, name: 'Painters' });
    const own = await horde.addWorker({ name: 'Own' });
    expect(await horde.join(own, id)).toEqual({ id, name: 'Painters' });
  });

  it('go with an account that is wiped, and a worker that goes leaves its team', async () => {
    const horde = await openTeams();
    const id = await horde.make();
    const worker = await horde.addWorker();
    await horde.join(worker, id);
    await horde.db.write(() => run(horde.db.query.deleteFrom('horde_workers').where('id', '=', worker)));
    expect(await horde.show(id)).toMatchObject({ worker_count: 0 });
    await horde.db.write(() => deleteTeamsOf(horde.db.query, 1));
    expect(await horde.teams.exists(id)).toBe(false);
  });
});
