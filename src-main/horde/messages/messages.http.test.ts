import { afterEach, describe, expect, it } from 'vitest';
import { communityFolder } from '../testing/open-community.ts';
import { anonymousKey, someTime } from '../testing/open-horde.ts';
import { deleteMessagesOf } from './index.ts';

const folders = communityFolder();
afterEach(folders.closeAll);

const nobody = '01234567-89ab-4cde-8f01-23456789abcd';
const hourMs = 3_600_000;

async function openMessages() {
  const horde = await folders.open();
  const ada = await horde.addUser({ id: 7 });
  const bob = await horde.addUser({ id: 8 });
  const own = await horde.addWorker({ ownerId: 7 });
  const other = await horde.addWorker({ name: 'Other', ownerId: 8 });
  const post = async (body: object, key = horde.ownerKey) => {
    horde.clock.now += 1;
    const answer = await horde.call('POST', '/workers/messages', body, { key });
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const list = async (query: string, key: string): Promise<string[]> => {
    const { status, body } = await horde.call('GET', `/workers/messages${query}`, undefined, { key });
    expect(status).toBe(200);
    return body.map(({ message }: { message: string }) => message);
  };
  const told = async (workerId: string) =>
    (await horde.community.messages.for(workerId)).map(({ message }) => message);
  return { ...horde, ada, bob, own, other, post, list, told };
}

describe('worker messages', () => {
  it('from staff have their origin, from owners the id of the account; 12 hours unless said otherwise', async () => {
    const horde = await openMessages();
    expect(await horde.post({ message: 'update\u0007 soon\n<b>', origin: 'The host', expiry: 1 })).toEqual({
      id: expect.any(String),
      message: 'update soon\n<b>',
      origin: 'The host',
      user_id: '1',
      created: 'Fri, 15 Jan 2027 08:00:00 -0000',
      expiry: 'Fri, 15 Jan 2027 09:00:00 -0000',
    });
    expect(await horde.post({ message: 'again' })).toMatchObject({ origin: 'AI Horde Moderators' });
    const sent = { message: 'mine', worker_id: horde.own, origin: 'Somebody else' };
    expect(await horde.post(sent, horde.ada)).toMatchObject({
      worker_id: horde.own,
      origin: '7',
      user_id: '7',
      expiry: 'Fri, 15 Jan 2027 20:00:00 -0000',
    });
    expect(await horde.auditLines()).toMatchObject([
      { actor_id: 1, action: 'message.send' },
      { actor_id: 1, action: 'message.send' },
    ]);
  });

  it('reach their worker, or all, with every pop until they expire', async () => {
    const horde = await openMessages();
    await horde.post({ message: 'to all', expiry: 2 });
    expect(await horde.told(horde.own)).toEqual(['to all']);
    await horde.post({ message: 'to one', worker_id: horde.own, expiry: 1 });
    const first = await horde.community.messages.for(horde.own);
    expect(first).toEqual([
      expect.objectContaining({ message: 'to all' }),
      {
        id: expect.any(String),
        message: 'to one',
        origin: 'AI Horde Moderators',
        expiry: 'Fri, 15 Jan 2027 09:00:00 -0000',
      },
    ]);
    expect(await horde.community.messages.for(horde.own)).toEqual(first);
    expect(await horde.told(horde.other)).toEqual(['to all']);
    const addressed = await horde.community.messages.addressedTo([horde.own, horde.other]);
    expect([...addressed]).toMatchObject([[horde.own, [{ message: 'to one', user_id: '1' }]]]);
    horde.clock.now = someTime + hourMs + 2;
    expect(await horde.told(horde.own)).toEqual(['to all']);
    horde.clock.now += hourMs;
    expect(await horde.told(horde.own)).toEqual([]);
    expect((await horde.community.messages.addressedTo([horde.own])).size).toBe(0);
  });

  it('reach a worker although another process wrote them, within ten seconds', async () => {
    const horde = await openMessages();
    expect(await horde.told(horde.own)).toEqual([]);
    const { id } = await horde.post({ message: 'gone' });
    expect(await horde.told(horde.own)).toEqual(['gone']);
    await horde.db.write(() => deleteMessagesOf(horde.db.query, 1));
    horde.clock.now += 10_000;
    expect(await horde.told(horde.own)).toEqual([]);
    expect(await horde.rcOf('DELETE', `/workers/messages/${id}`)).toEqual([404, 'WorkermessageNotFound']);
  });

  it('are written by owners to their own workers, by moderators to all', async () => {
    const horde = await openMessages();
    const post = (body: object, key: string) =>
      horde.rcOf('POST', '/workers/messages', { message: 'x', ...body }, { key });
    expect(await post({ worker_id: horde.own }, '')).toEqual([400, undefined]);
    expect(await post({ worker_id: horde.own }, 'wrong')).toEqual([401, 'InvalidAPIKey']);
    expect(await post({ worker_id: horde.own }, anonymousKey)).toEqual([403, 'AnonForbidden']);
    expect(await post({ worker_id: horde.own }, horde.bob)).toEqual([403, 'MessagesOnlyOwnWorkers']);
    expect(await post({}, horde.ada)).toEqual([403, 'MessagesOnlyOwnWorkers']);
    expect(await post({ worker_id: nobody }, horde.ada)).toEqual([404, 'WorkerNotFound']);
    expect(await post({ worker_id: nobody }, horde.ownerKey)).toEqual([404, 'WorkerNotFound']);
    expect(await post({ worker_id: 'short' }, horde.ada)).toEqual([400, undefined]);
    expect(await post({ expiry: 721 }, horde.ownerKey)).toEqual([400, undefined]);
    expect(await post({ message: '' }, horde.ownerKey)).toEqual([400, undefined]);
    expect(await post({ message: '\u0007' }, horde.ownerKey)).toEqual([400, 'BadRequest']);
    expect(await post({ message: 'x'.repeat(10_241) }, horde.ownerKey)).toEqual([400, undefined]);
    expect(await post({ worker_id: horde.own }, horde.ada)).toEqual([200, undefined]);
  });

  it('of one author are at most twenty at a time', async () => {
    const horde = await openMessages();
    const message = { message: 'x', worker_id: horde.own, expiry: 1 };
    for (let i = 0; i < 20; i += 1) await horde.post(message, horde.ada);
    const post = () => horde.rcOf('POST', '/workers/messages', message, { key: horde.ada });
    expect(await post()).toEqual([400, 'BadRequest']);
    horde.clock.now += hourMs;
    expect(await post()).toEqual([200, undefined]);
  });

  it('are listed to their author, broadcasts to everybody, all of them to moderators', async () => {
    const horde = await openMessages();
    await horde.post({ message: 'to all', expiry: 1 });
    await horde.post({ message: 'by ada', worker_id: horde.own }, horde.ada);
    await horde.post({ message: 'by bob', worker_id: horde.other }, horde.bob);
    expect(await horde.list('', horde.ada)).toEqual(['by ada', 'to all']);
    expect(await horde.list('?user_id=7', horde.ada)).toEqual(['by ada']);
    expect(await horde.list('', horde.ownerKey)).toEqual(['by bob', 'by ada', 'to all']);
    expect(await horde.list(`?worker_id=${horde.own}`, horde.ownerKey)).toEqual(['by ada']);
    expect(await horde.list('?user_id=8', horde.ownerKey)).toEqual(['by bob']);
    expect(await horde.list('?user_id=x', horde.ownerKey)).toEqual([]);
    expect(await horde.list('?page=2', horde.ownerKey)).toEqual([]);
    horde.clock.now += hourMs;
    expect(await horde.list('?validity=expired', horde.ada)).toEqual(['to all']);
    expect(await horde.list('?validity=active', horde.ada)).toEqual(['by ada']);
    expect(await horde.list('?validity=all', horde.ada)).toEqual(['by ada', 'to all']);
    const rcOf = (query: string, key: string) =>
      horde.rcOf('GET', `/workers/messages${query}`, undefined, { key });
    expect(await rcOf('?user_id=8', horde.ada)).toEqual([403, 'Forbidden']);
    expect(await rcOf('?validity=old', horde.ada)).toEqual([400, 'BadRequest']);
    expect(await rcOf('?page=x', horde.ada)).toEqual([400, undefined]);
    expect(await rcOf('', 'wrong')).toEqual([401, 'InvalidAPIKey']);
    expect(await rcOf('', '')).toEqual([400, undefined]);
  });

  it('are read by their author, the owner of their worker and moderators', async () => {
    const horde = await openMessages();
    const { id, ...rest } = await horde.post({ message: 'psst', worker_id: horde.own });
    const read = (key: string, at = id) => horde.rcOf('GET', `/workers/messages/${at}`, undefined, { key });
    const none = [404, 'WorkermessageNotFound'];
    expect((await horde.call('GET', `/workers/messages/${id}`)).body).toEqual({ id, ...rest });
    expect(await read(horde.ada)).toEqual([200, undefined]);
    expect(await read(horde.bob)).toEqual(none);
    expect(await read('')).toEqual(none);
    expect(await read('wrong')).toEqual(none);
    expect(await read(horde.ownerKey, 'none')).toEqual(none);
    const broadcast = await horde.post({ message: 'to all' });
    expect(await read(horde.bob, broadcast.id)).toEqual([200, undefined]);
    expect(await read('', broadcast.id)).toEqual(none);
  });

  it('are deleted by their author and moderators, and are delivered no more', async () => {
    const horde = await openMessages();
    const { id } = await horde.post({ message: 'mine', worker_id: horde.own }, horde.ada);
    const remove = (key: string, at = id) =>
      horde.rcOf('DELETE', `/workers/messages/${at}`, undefined, { key });
    expect(await horde.told(horde.own)).toEqual(['mine']);
    expect(await remove('')).toEqual([400, undefined]);
    expect(await remove('wrong')).toEqual([401, 'InvalidAPIKey']);
    expect(await remove(horde.bob)).toEqual([403, 'Forbidden']);
    expect(await remove(horde.ownerKey)).toEqual([200, undefined]);
    expect(await remove(horde.ownerKey)).toEqual([404, 'WorkermessageNotFound']);
    expect(await horde.told(horde.own)).toEqual([]);
    expect(await horde.auditLines()).toMatchObject([{ actor_id: 1, action: 'message.delete' }]);
  });
});
