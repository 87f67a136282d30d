import { afterEach, describe, expect, it } from 'vitest';
import { accepted, askImage, collect } from './testing/requester.ts';
import { type Asked, type Person, type Town, towns } from './testing/town.ts';
import { createWorker, type Worker } from './testing/worker.ts';

const open = towns();
afterEach(open.closeAll);

interface Hostile {
  readonly worker: Worker;
  readonly owner: Person;
  readonly id: string;
}

/** Ten hostile accounts with a worker each, an honest one with a worker, and one that asks. */
async function openRaid(isRaidKnown: boolean) {
  const town = await open.open();
  const honest = createWorker(town, 'image', {
    name: 'Honest',
    owner: await town.addPerson({ id: 5, flags: { is_trusted: 1 } }),
  });
  const asker = await town.addPerson({ id: 6, kudos: 1_000_000, concurrency: 500 });
  const hostile: Hostile[] = [];
  /** Names of raiders: their uptime is paid, into the escrow of their owners, until they are paused. */
  const paused = new Set<string>();
  for (let at = 0; at < 10; at += 1) {
    const owner = await town.addPerson({ id: 10 + at });
    const name = `Raider ${at}`;
    const worker = createWorker(town, 'image', { name, owner, isOnDuty: () => !paused.has(name) });
    await worker.pop();
    const found = await town.call('GET', `/workers/name/${encodeURIComponent(name)}`);
    hostile.push({ worker, owner, id: found.body.id });
  }
  if (isRaidKnown) await town.call('PUT', '/status/modes', { raid_mode: true });
  return { town, honest, asker, hostile, paused };
}

/** What staff sees of a worker. */
async function seen(town: Town, { id }: Hostile): Promise<{ maintenance: unknown; paused: unknown }> {
  const { body } = await town.call('GET', `/workers/${id}`);
  return { maintenance: body.maintenance_mode, paused: body.paused ?? false };
}

/** Pops so many jobs, of which none returns. */
async function grab(worker: Worker, jobs: number): Promise<void> {
  for (let left = jobs; left > 0;) {
    const held = await worker.pop(Math.min(20, left));
    if (held.length === 0) throw new Error(`${worker.name} found nothing to take`);
    left -= held.length;
  }
}

/** So many slots wait that all of the raiders find what they want. */
async function feed(town: Town, asker: Person, slots: number): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (let left = slots; left > 0; left -= 20) {
    asked.push(
      accepted(await askImage(town, asker, { n: Math.min(20, left), steps: 1, width: 64, height: 64 })),
    );
  }
  return asked;
}

async function expectDone(town: Town, asked: readonly Asked[]): Promise<void> {
  for (const { id } of asked) {
    const { body } = await town.call('GET', `/generate/check/${id}`);
    expect(body).toMatchObject({ done: true, faulted: false, waiting: 0 });
  }
}

describe.each([
  { name: 'without raid mode', isRaidKnown: false, threshold: 21 },
  { name: 'in raid mode', isRaidKnown: true, threshold: 11 },
])('ten accounts whose workers pop and never return, $name (T-RAID-01)', ({ isRaidKnown, threshold }) => {
  const patience = { timeout: 120_000 };

  it(
    `are paused at the fifth time that they drop ${threshold}, and honest requests complete`,
    patience,
    async () => {
      const { town, honest, asker, hostile, paused } = await openRaid(isRaidKnown);
      for (let crossing = 1; crossing <= 5; crossing += 1) {
        const asked = await feed(town, asker, hostile.length * threshold);
        for (const raider of hostile) await grab(raider.worker, threshold - 1);
        await town.wait(200);
        for (const raider of hostile) {
          expect(await seen(town, raider)).toEqual({ maintenance: false, paused: false });
          await grab(raider.worker, 1);
        }
        await town.wait(200);
        for (const raider of hostile) {
          expect(await seen(town, raider)).toEqual({ maintenance: !isRaidKnown, paused: crossing === 5 });
          if (crossing === 5) paused.add(raider.worker.name);
          // The owner clears it, as such owners do.
          const cleared = { maintenance: false };
          const answer = await town.call('PUT', `/workers/${raider.id}`, cleared, raider.owner.key);
          expect(answer.status).toBe(200);
        }
        await honest.work(20);
        await expectDone(town, asked);
      }
      // From now on they are handed made-up work, and no word of anybody's prompt.
      const [last, ...others] = await feed(town, asker, 40);
      for (const raider of hostile) {
        const held = await raider.worker.pop(20);
        expect(held.length).toBeGreaterThan(0);
        expect(JSON.stringify(held)).not.toContain('errand');
      }
      await honest.work(20);
      await expectDone(town, others);
      if (last) expect(await collect(town, last)).toBe(20);
      await town.expectBooks();
    },
  );
});
