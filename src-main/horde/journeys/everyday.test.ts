import { afterEach, describe, expect, it } from 'vitest';
import { accepted, askForms, askImage, askText, collect, statusOf } from './testing/requester.ts';
import { towns } from './testing/town.ts';
import { createWorker } from './testing/worker.ts';

const open = towns();
afterEach(open.closeAll);

const forms = ['caption', 'nsfw', 'interrogation', 'GFPGAN'];

describe('two people and three workers', () => {
  it('ask and make pictures, texts and readings for half an hour, and every cent is where it belongs', async () => {
    const town = await open.open();
    const ada = await town.addPerson({ id: 5, flags: { is_trusted: 1 } });
    const ben = await town.addPerson({ id: 6 });
    const dreamer = createWorker(town, 'image', { name: 'Dreamer', owner: ada });
    const scribe = createWorker(town, 'text', { name: 'Scribe', owner: ben });
    const alchemist = createWorker(town, 'interrogation', { name: 'Alchemist', owner: ben });
    const rounds = 9;
    let results = 0;
    for (let round = 0; round < rounds; round += 1) {
      const wide = { n: 1 + (round % 3), steps: 10 + round, width: 512 + 64 * round };
      const asked = [];
      for (const person of [ada, ben]) {
        asked.push(
          accepted(await askImage(town, person, wide)),
          accepted(await askImage(town, person, { slowWorkers: false, hasUpscaler: true })),
          accepted(await askText(town, person, { n: 2, maxLength: 40 + 8 * round })),
          accepted(await askForms(town, person, forms)),
        );
      }
      // Alchemists are few and slow: they come last, and all in the same ten minutes.
      for (const worker of [dreamer, scribe, alchemist]) results += await worker.work();
      for (const request of asked) {
        const { body } = await statusOf(town, request);
        if (request.kind === 'interrogation') expect(body.state).toBe('done');
        else expect(body).toMatchObject({ done: true, faulted: false, waiting: 0, processing: 0 });
        results -= await collect(town, request);
      }
      await town.wait(200);
    }
    // Whoever asked has got everything that was made, and nothing else.
    expect(results).toBe(0);
    expect(town.paid.size).toBe(2 * rounds * (2 + 1 + 2 + forms.length));
    await town.expectBooks();
    // The uptime of three workers, each of which was there for more than 1,200 seconds.
    const uptime = await town.horde.db.read
      .selectFrom('kudos_event')
      .select('key')
      .where('type', '=', 'UPTIME_REWARD')
      .execute();
    expect(uptime).toHaveLength(6);
  });

  it('see in their requests and workers what the books say', async () => {
    const town = await open.open();
    const ada = await town.addPerson({ id: 5, flags: { is_trusted: 1 } });
    const ben = await town.addPerson({ id: 6 });
    const dreamer = createWorker(town, 'image', { name: 'Dreamer', owner: ada });
    const asked = accepted(await askImage(town, ben, { n: 3 }));
    await dreamer.work();
    const { pay, cost } = asked.priceOf({});
    expect((await statusOf(town, asked)).body.kudos).toBe(Math.round((100 + 3 * cost) / 100));
    const worker = (await town.call('GET', '/workers/name/Dreamer')).body;
    expect(worker.kudos_rewards).toBe((3 * pay) / 100);
    expect(worker.kudos_details).toEqual({ generated: (3 * pay) / 100, uptime: 0 });
    const user = (await town.call('GET', '/find_user', undefined, ada.key)).body;
    expect(user.kudos).toBe(10_000 + (3 * pay) / 100);
    expect(user.kudos_details.accumulated).toBe((3 * pay) / 100);
    await town.expectBooks();
  });
});
