import { afterEach, describe, expect, it } from 'vitest';
import { hordeFolder } from '../testing/open-horde.ts';

const folders = hordeFolder();
afterEach(folders.closeAll);

async function openStyled() {
  const horde = await folders.open();
  const ada = await horde.addUser({ id: 7, kudos: 1000, flags: { is_trusted: 1 } });
  const bob = await horde.addUser({ id: 8, kudos: 1000 });
  const style = async (extra: object = {}) => {
    const body = { name: 'ink', prompt: '{p}, ink{np}', params: { steps: 9 }, models: ['tiny'], ...extra };
    return String((await horde.call('POST', '/styles/image', body, { key: ada })).body.id);
  };
  const kudosOf = async (key: string) =>
    (await horde.call('GET', '/find_user', undefined, { key })).body.kudos;
  const usesOf = async (id: string) => (await horde.call('GET', `/styles/image/${id}`)).body.use_count;
  return { ...horde, ada, bob, style, kudosOf, usesOf };
}

describe('a request with a style', () => {
  it('is made as the style says, and pays the owner of the style', async () => {
    const horde = await openStyled();
    const id = await horde.style();
    const before = await horde.kudosOf(horde.ada);
    const extra = { prompt: 'a fox###blur', style: 'ink', models: ['other'], params: { n: 2, steps: 40 } };
    const asked = await horde.ask(extra, { key: horde.bob });
    expect(asked.status).toBe(202);
    expect(await horde.pop({ amount: 2 })).toMatchObject({
      model: 'tiny',
      payload: { prompt: 'a fox, ink###blur', ddim_steps: 9, n_iter: 2 },
    });
    expect(await horde.kudosOf(horde.ada)).toBe(before + 2);
    expect(await horde.usesOf(id)).toBe(1);
    const user = (await horde.call('GET', '/users/7')).body;
    expect(user.styles).toEqual([{ name: 'user7#7::style::ink', id, type: 'image' }]);
    expect(user.kudos_details.styled).toBe(2);
  });

  it('pays nobody for a dry run, a refused request or an own style', async () => {
    const horde = await openStyled();
    const id = await horde.style();
    const before = await horde.kudosOf(horde.ada);
    expect((await horde.ask({ style: 'ink', dry_run: true }, { key: horde.bob })).status).toBe(200);
    expect((await horde.ask({ style: 'ink' }, { key: 'wrong' })).status).toBe(401);
    expect(await horde.kudosOf(horde.ada)).toBe(before);
    expect(await horde.usesOf(id)).toBe(0);
    expect((await horde.ask({ style: 'ink' }, { key: horde.ada })).status).toBe(202);
    expect(await horde.kudosOf(horde.ada)).toBeLessThan(before);
    expect(await horde.usesOf(id)).toBe(1);
  });

  it('is refused when the style is not there or for texts', async () => {
    const horde = await openStyled();
    await horde.call('POST', '/styles/text', { name: 'song', models: ['tiny'] }, { key: horde.ada });
    expect(await horde.ask({ style: 'none' })).toMatchObject({ status: 404, body: { rc: 'StyleNotFound' } });
    expect(await horde.ask({ style: 'song' })).toMatchObject({ status: 400, body: { rc: 'StyleMismatch' } });
  });
});

describe('a message to a worker', () => {
  it('comes with its pops and stands in its details for its owner', async () => {
    const horde = await openStyled();
    await horde.pop();
    const [worker] = (await horde.call('GET', '/workers')).body;
    await horde.call('POST', '/workers/messages', { message: 'update soon', worker_id: worker.id });
    expect((await horde.pop()).messages).toMatchObject([{ message: 'update soon' }]);
    const path = `/workers/${worker.id}`;
    expect((await horde.call('GET', path)).body.messages).toMatchObject([{ message: 'update soon' }]);
    expect((await horde.call('GET', path, undefined, { key: '' })).body).not.toHaveProperty('messages');
  });
});

describe('a team', () => {
  it('is joined and left by a worker, and counts what that does', async () => {
    const horde = await openStyled();
    const team = (await horde.call('POST', '/teams', { name: 'Painters' })).body.id;
    await horde.pop();
    const [worker] = (await horde.call('GET', '/workers')).body;
    const path = `/workers/${worker.id}`;
    expect((await horde.call('PUT', path, { team })).body).toEqual({ team: 'Painters' });
    expect((await horde.call('GET', path)).body.team).toEqual({ id: team, name: 'Painters' });
    await horde.ask();
    const { id, r2_upload } = await horde.pop();
    await horde.upload(r2_upload);
    const { reward } = (await horde.submit(id, { generation: 'R2' })).body;
    expect((await horde.call('GET', `/teams/${team}`)).body).toMatchObject({
      requests_fulfilled: 1,
      kudos: reward,
      worker_count: 1,
      workers: [{ id: worker.id, online: true }],
    });
    expect((await horde.call('PUT', path, { team: '' })).body).toEqual({ team: 'None' });
    expect((await horde.call('GET', `/teams/${team}`)).body).toMatchObject({
      worker_count: 0,
      kudos: reward,
    });
  });
});
