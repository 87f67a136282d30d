import { afterEach, describe, expect, it } from 'vitest';
import { accepted, askImage } from './testing/requester.ts';
import { type Person, type Town, towns } from './testing/town.ts';
import { createWorker } from './testing/worker.ts';

const open = towns();
afterEach(open.closeAll);

const send = async (town: Town, from: Person, to: Person, amount: number) => {
  const body = { username: `user${to.id}#${to.id}`, amount };
  const { status, body: answer } = await town.call('POST', '/kudos/transfer', body, from.key);
  if (status === 200) town.books.transfer(from.id, to.id, amount * 100);
  return { status, rc: answer.rc as unknown };
};

describe('a ring of accounts', () => {
  it('makes nothing out of nothing: fresh accounts have nothing that they could send', async () => {
    const town = await open.open();
    const ring = [];
    for (let id = 10; id < 20; id += 1) ring.push(await town.addPerson({ id, kudos: 25 }));
    for (const [at, person] of ring.entries()) {
      const next = ring[(at + 1) % ring.length] ?? person;
      expect(await send(town, person, next, 1)).toEqual({ status: 400, rc: 'KudosTransferNotEnough' });
    }
    await town.expectBooks();
  });

  it('that sends the same kudos round and round has as much as before', async () => {
    const town = await open.open();
    const ring: Person[] = [await town.addPerson({ id: 10, kudos: 525 })];
    for (let id = 11; id < 15; id += 1) ring.push(await town.addPerson({ id, kudos: 25 }));
    for (let turn = 0; turn < 15; turn += 1) {
      const [from, to] = [ring[turn % 5], ring[(turn + 1) % 5]];
      if (from && to) expect((await send(town, from, to, 500)).status).toBe(200);
      // Straight back it does not go within a minute.
      if (from && to) expect((await send(town, to, from, 500)).rc).toBe('TooFastKudosTransfers');
      if (turn % 5 === 4) await town.wait(61);
    }
    await town.expectBooks();
    expect(town.books.balances()).toMatchObject({ 'user 10': 52_500, 'user 11': 2500, 'user 14': 2500 });
  });

  it('spends what there is once, however many send it at the same moment', async () => {
    const town = await open.open();
    const rich = await town.addPerson({ id: 10, kudos: 1025 });
    const friends = [];
    for (let id = 11; id < 31; id += 1) friends.push(await town.addPerson({ id, kudos: 25 }));
    const sent = await Promise.all(friends.map((friend) => send(town, rich, friend, 99)));
    expect(sent.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(sent.filter(({ rc }) => rc === 'KudosTransferNotEnough')).toHaveLength(10);
    await town.expectBooks();
  });

  it('moves neither what is reserved for a request nor what waits in escrow', async () => {
    const town = await open.open();
    const ada = await town.addPerson({ id: 10, kudos: 100 });
    const ben = await town.addPerson({ id: 11, kudos: 25 });
    const cleo = await town.addPerson({ id: 12 });
    // Ben earns 50 to 60 pictures, half of it in escrow.
    const worker = createWorker(town, 'image', { name: 'New', owner: ben });
    await askImage(town, cleo, { n: 20 });
    await worker.work();
    const earned = town.books.balances();
    const spendable = (earned['user 11'] ?? 0) - 2500;
    expect(earned['escrow 11']).toBeGreaterThan(5000);
    expect((await send(town, ben, ada, Math.floor(spendable / 100) + 1)).rc).toBe('KudosTransferNotEnough');
    expect((await send(town, ben, cleo, Math.floor(spendable / 100))).status).toBe(200);
    // Ada's request of fast workers reserves its price: she cannot give that away and then have the picture.
    const asked = accepted(await askImage(town, ada, { slowWorkers: false, n: 5 }));
    const held = 5 * asked.priceOf({}).cost;
    const free = 10_000 - 2500 - 100 - held;
    expect(free).toBeGreaterThan(0);
    expect((await send(town, ada, cleo, Math.floor(free / 100) + 1)).rc).toBe('KudosTransferNotEnough');
    expect((await send(town, ada, cleo, Math.floor(free / 100))).status).toBe(200);
    await worker.work();
    expect(town.books.balances()['user 10']).toBeGreaterThanOrEqual(2500);
    await town.expectBooks();
  });
});
