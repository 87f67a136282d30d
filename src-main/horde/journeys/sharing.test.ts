import { afterEach, describe, expect, it } from 'vitest';
import { anonymousKey } from '../testing/open-horde.ts';
import { accepted, askForms, askImage, askText, collect, refusal, statusOf } from './testing/requester.ts';
import { towns } from './testing/town.ts';
import { createWorker } from './testing/worker.ts';

const open = towns();
afterEach(open.closeAll);

const anonymousFloor = -5000;

describe('a shared key', () => {
  it('that is used up in the middle pays what was accepted, then opens nothing but anonymous work', async () => {
    const town = await open.open();
    const ada = await town.addPerson({ id: 5 });
    const dreamer = createWorker(town, 'image', {
      name: 'Dreamer',
      owner: await town.addPerson({ id: 6, flags: { is_trusted: 1 } }),
    });
    town.books.open(0, 0, true, anonymousFloor);
    const made = await town.call('PUT', '/sharedkeys', { kudos: 30, name: 'guests' }, ada.key);
    expect(made.status).toBe(200);
    const shared = { id: ada.id, key: String(made.body.id) };
    const keyed = async () => (await town.call('GET', `/sharedkeys/${shared.key}`)).body;
    // Each alone fits into what is left; both together do not.
    const first = accepted(await askImage(town, shared, { n: 3 }));
    const second = accepted(await askImage(town, shared, { n: 3 }));
    const large = await askImage(town, shared, { n: 8 });
    expect(refusal(large)).toEqual({ status: 403, rc: 'SharedKeyInsufficientKudos' });
    expect(await dreamer.work()).toBe(6);
    // The owner pays all of it; the key counts until it is empty, the charge that empties it included.
    const { cost } = first.priceOf({});
    let utilized = 200;
    while (utilized < 3000) utilized += cost;
    expect(200 + 6 * cost).toBeGreaterThan(utilized);
    const spent = { kudos: 0, utilized: Math.round(utilized / 100) };
    expect(await keyed()).toMatchObject(spent);
    expect(await collect(town, first)).toBe(3);
    expect(await collect(town, second)).toBe(3);
    expect(refusal(await askImage(town, shared))).toEqual({ status: 403, rc: 'SharedKeyEmpty' });
    expect(refusal(await askText(town, shared))).toEqual({ status: 403, rc: 'SharedKeyEmpty' });
    const free = accepted(await askImage(town, shared, { payer: 0, more: { allow_downgrade: true } }));
    expect(await dreamer.work()).toBe(1);
    expect(await collect(town, free)).toBe(1);
    expect(await keyed()).toMatchObject(spent);
    // A gift to the key goes to its owner, and the key lives again.
    const gift = { username: shared.key, amount: 25 };
    expect((await town.call('POST', '/kudos/transfer', gift, dreamer.owner.key)).status).toBe(200);
    town.books.transfer(dreamer.owner.id, ada.id, 2500);
    expect(accepted(await askImage(town, shared)).payer).toBe(ada.id);
    await town.expectBooks();
  });

  it('opens neither alchemy nor a worker, and ends with its waiting requests', async () => {
    const town = await open.open();
    const ada = await town.addPerson({ id: 5 });
    const made = await town.call('PUT', '/sharedkeys', { kudos: 500, name: 'guests' }, ada.key);
    const shared = { id: ada.id, key: String(made.body.id) };
    expect(refusal(await askForms(town, shared, ['caption'])).status).toBe(401);
    const worker = createWorker(town, 'image', { name: 'Nobody', owner: shared });
    expect((await worker.offer()).status).toBe(401);
    const asked = accepted(await askImage(town, shared, { n: 2 }));
    const dreamer = createWorker(town, 'image', {
      name: 'Dreamer',
      owner: await town.addPerson({ id: 6, flags: { is_trusted: 1 } }),
    });
    const [held] = await dreamer.pop();
    expect((await town.call('DELETE', `/sharedkeys/${shared.key}`, undefined, ada.key)).status).toBe(200);
    if (held) expect((await dreamer.deliver(held)).status).toBe(200);
    expect(await dreamer.work()).toBe(0);
    expect((await statusOf(town, asked)).body).toMatchObject({ done: true, finished: 1 });
    await town.expectBooks();
  });
});

describe('a style that many use', () => {
  it('rewards its owner once for each request of somebody else, and nobody for their own', async () => {
    const town = await open.open();
    const painter = await town.addPerson({ id: 5, flags: { is_trusted: 1 } });
    const dreamer = createWorker(town, 'image', {
      name: 'Dreamer',
      owner: await town.addPerson({ id: 6, flags: { is_trusted: 1 } }),
    });
    town.books.open(0, 0, true, anonymousFloor);
    const style = { name: 'ink', prompt: '{p}, ink{np}', models: ['tiny'], params: { steps: 9 } };
    const { body } = await town.call('POST', '/styles/image', style, painter.key);
    const wish = { steps: 9, more: { style: 'ink', params: { n: 2, width: 512, height: 512 } } };
    const people = [];
    for (let id = 10; id < 15; id += 1) people.push(await town.addPerson({ id }));
    const asked = [];
    for (const person of [...people, { id: 0, key: anonymousKey }]) {
      asked.push(accepted(await askImage(town, person, { ...wish, usesForeignStyle: true })));
      town.books.mint(painter.id, 200);
    }
    asked.push(accepted(await askImage(town, painter, wish)));
    const dry = { ...wish.more, prompt: 'a hill', dry_run: true };
    for (const person of people) {
      expect((await town.call('POST', '/generate/async', dry, person.key)).status).toBe(200);
      expect((await town.call('POST', '/generate/async', { ...dry, dry_run: false }, 'wrong')).status).toBe(
        401,
      );
    }
    expect(await dreamer.work()).toBe(2 * 7);
    for (const request of asked) expect(await collect(town, request)).toBe(2);
    const shown = (await town.call('GET', `/styles/image/${body.id}`)).body;
    expect(shown.use_count).toBe(7);
    await town.expectBooks();
    const user = (await town.call('GET', '/find_user', undefined, painter.key)).body;
    expect(user.kudos_details.styled).toBe(2 * 6);
  });
});
