import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { testDatabaseKind } from '#main/db/testing/open-test-database.ts';
import { type AlchemyHorde, alchemyHordes } from './testing/open-alchemy.ts';
import { createPlayers, type Name, names, prices } from './testing/players.ts';

const hordes = alchemyHordes();
afterEach(() => hordes.closeAll());

type Step =
  | { readonly kind: 'ask'; readonly forms: readonly Name[] }
  | { readonly kind: 'pop'; readonly amount: number }
  | { readonly kind: 'submit' | 'repeat' | 'fault' | 'cancel'; readonly which: number }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'restart' };

const which = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('ask'), forms: fc.subarray(names, { minLength: 1 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pop'), amount: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('submit'), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat'), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fault'), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel'), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), minutes: fc.constantFrom(1, 4, 21) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
);

describe('whatever happens in whatever order', () => {
  it('pays each delivered form, and each that ran when it was cancelled, once and to the cent', async () => {
    const opened = await hordes.open();
    let horde: AlchemyHorde = opened;
    let lastId = 10;
    const play = async (steps: readonly Step[]): Promise<void> => {
      const [askerId, alchemistId] = [(lastId += 1), (lastId += 1)];
      const asker = await horde.addUser({ id: askerId, kudos: 1000 });
      const alchemist = await horde.addUser({ id: alchemistId, kudos: 100, flags: { is_trusted: 1 } });
      const players = createPlayers({ asker, alchemist, workerName: `Alchemist ${alchemistId}` });
      for (const it of steps) {
        if (it.kind === 'ask') await players.ask(horde, it.forms);
        else if (it.kind === 'pop') await players.pop(horde, it.amount);
        else if (it.kind === 'restart') horde = await opened.restart();
        else if (it.kind === 'wait') {
          opened.clock.now += it.minutes * 60_000;
          await horde.horde.sweep();
        } else await players[it.kind](horde, it.which);
      }
      await players.cancelAll(horde);
      const cost = players.paid.reduce((sum, name) => sum + prices[name].cost, 0);
      const reward = players.paid.reduce((sum, name) => sum + prices[name].reward, 0);
      const uptime = await horde.db.read
        .selectFrom('horde_workers')
        .select('uptime_cents')
        .where('user_id', '=', alchemistId)
        .executeTakeFirst();
      expect(await horde.balances()).toMatchObject({
        [`user ${askerId}`]: 100_000 - cost,
        [`user ${alchemistId}`]: 10_000 + reward + (uptime?.uptime_cents ?? 0),
      });
    };
    const schedule = fc.array(step, { minLength: 10, maxLength: 40 });
    await fc.assert(fc.asyncProperty(schedule, play), { numRuns: 15 });
  }, 120_000);
});

describe('two processes on one database', () => {
  it.skipIf(testDatabaseKind === 'SQLite')(
    'hand each form out once and take each result once (needs PostgreSQL)',
    async () => {
      const first = await hordes.open();
      const second = await first.beside();
      const asker = await first.addUser({ id: 5, kudos: 1000 });
      for (let n = 0; n < 20; n += 1) await first.ask(['caption', 'nsfw'], {}, asker);
      const both = [first, second];
      const pops = await Promise.all(
        Array.from({ length: 6 }, (_, n) => n).flatMap((n) =>
          both.map((horde, at) =>
            horde.pop({ name: `Alchemist ${n} ${at}`, forms: ['caption', 'nsfw'], amount: 3 }),
          ),
        ),
      );
      const taken: Array<{ id: string; form: string }> = pops.flatMap((popped) => popped.body.forms ?? []);
      expect(taken.length).toBeGreaterThan(0);
      expect(new Set(taken.map((form) => form.id)).size).toBe(taken.length);
      const resultOf = (form: string) => ({ [form]: form === 'nsfw' ? false : 'a cat' });
      const answers = await Promise.all(
        taken.flatMap((form) => both.map((horde) => horde.submit(form.id, resultOf(form.form)))),
      );
      expect(answers.every((answer) => answer.status === 200 && answer.body.reward === 1)).toBe(true);
      expect(await second.balances()).toMatchObject({
        'user 5': 100_000 - taken.length * 300,
        tax: taken.length * 200,
      });
    },
  );
});
