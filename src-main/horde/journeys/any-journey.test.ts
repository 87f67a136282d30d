import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSound } from './testing/invariants.ts';
import { anyStep, Journey, type Players, type Step } from './testing/steps.ts';
import { openTown, type Town } from './testing/town.ts';
import { createWorker } from './testing/worker.ts';

/** Another seed is another journey. */
const seed = Number(process.env['YURT_JOURNEY_SEED'] ?? 20_260_611);
const stepCount = 500;
const lookEvery = 25;

/** What has to have happened at least so often, for the journey to say anything. */
const often = [
  ['ask image 202', 5],
  ['ask text 202', 5],
  ['ask interrogation 202', 5],
  ['deliver ok 200', 50],
  ['deliver censored 200', 5],
  ['deliver faulted 200', 10],
  ['repeat 200', 5],
  ['cancel 200', 3],
  ['transfer 200', 2],
  ['transfer 400', 1],
  ['pause 200', 1],
] as const;

/** Four people, two of them trusted, and four workers. */
async function openPlayers(town: Town): Promise<Players> {
  const people = [];
  for (let id = 5; id < 9; id += 1) {
    people.push(
      await town.addPerson({ id, kudos: 100_000, ...(id % 2 ? { flags: { is_trusted: 1 } } : {}) }),
    );
  }
  const resting = new Set<string>();
  const kinds = ['image', 'text', 'interrogation', 'image'] as const;
  const workers = people.map((owner, at) => {
    const name = `Worker ${at}`;
    const isOnDuty = () => !resting.has(name);
    return createWorker(town, kinds[at] ?? 'image', { name, owner, isOnDuty });
  });
  return { people, workers, resting };
}

/** Takes the steps; what goes wrong says at which. */
async function travel(town: Town, taken: readonly Step[]): Promise<Journey> {
  const journey = new Journey(town, await openPlayers(town));
  for (const [at, step] of taken.entries()) {
    try {
      await journey.take(step);
      if (at % lookEvery === lookEvery - 1) {
        // What is overdue is gone.
        await town.wait(0);
        await expectSound(town);
      }
    } catch (cause) {
      throw new Error(`seed ${seed}, step ${at}: ${JSON.stringify(step)}: ${String(cause)}`, { cause });
    }
  }
  return journey;
}

describe('any journey of four people and four workers, with restarts', () => {
  it(`leaves the horde sound after ${stepCount} steps`, { timeout: 180_000 }, async () => {
    const all = fc.array(anyStep, { minLength: stepCount, maxLength: stepCount, size: 'max' });
    const [taken = []] = fc.sample(all, { seed, numRuns: 1 });
    const town = await openTown();
    try {
      const { statuses } = await travel(town, taken);
      // Long after the last step nothing is left of it but what was paid.
      await town.wait(6 * 3600);
      await expectSound(town);
      const { image, text } = town.horde.queues;
      for (const queue of [image, text]) {
        expect(queue.totals()).toMatchObject({ requests: 0, slots: 0, running: 0 });
      }
      const held = town.horde.db.read.selectFrom('kudos_hold').select('key').where('released', 'is', null);
      expect(await held.execute()).toEqual([]);
      // It did what it is for: all kinds of work, delivered, given up, repeated and refused.
      expect(town.restarts).toBeGreaterThan(5);
      for (const [what, least] of often) expect([what, statuses.get(what)]).toEqual([what, atLeast(least)]);
    } finally {
      await town.close();
    }
  });
});

const atLeast = (least: number) => expect.toSatisfy((count) => Number(count) >= least);
