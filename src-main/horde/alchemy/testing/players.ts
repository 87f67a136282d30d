import { expect } from 'vitest';
import { type AlchemyHorde, picture } from './open-alchemy.ts';

/** What each form of the schedules costs and earns, in cents, of a picture of one tile with slow workers. */
export const prices = {
  caption: { cost: 300, reward: 100 },
  interrogation: { cost: 500, reward: 300 },
  GFPGAN: { cost: 500, reward: 300 },
} as const;
export type Name = keyof typeof prices;
export const names = Object.keys(prices) as Name[];
const results: Readonly<Record<Name, unknown>> = {
  caption: 'a cat',
  interrogation: { tags: [] },
  GFPGAN: picture().toString('base64'),
};

interface Held {
  readonly id: string;
  readonly form: Name;
}

/** One requester and one alchemist, and a note of what has to have been paid. */
export function createPlayers(keys: {
  readonly asker: string;
  readonly alchemist: string;
  readonly workerName: string;
}) {
  const asked: string[] = [];
  const held: Held[] = [];
  const delivered: Held[] = [];
  const paid: Name[] = [];
  const takeHeld = (at: number): Held | undefined => held.splice(at % Math.max(1, held.length), 1)[0];
  const deliver = (horde: AlchemyHorde, { id, form }: Held) =>
    horde.submit(id, { [form]: results[form] }, {}, keys.alchemist);
  const cancelOne = async (horde: AlchemyHorde, id: string | undefined): Promise<void> => {
    const before = await horde.status(id ?? 'none');
    if (before.status !== 200) return;
    for (const { form, state } of before.body.forms) if (state === 'processing') paid.push(form);
    const after = await horde.call('DELETE', `/interrogate/status/${id}`);
    const states: string[] = after.body.forms.map((it: { state: string }) => it.state);
    expect(states.every((state) => !['waiting', 'processing'].includes(state))).toBe(true);
  };
  return {
    paid,
    ask: async (horde: AlchemyHorde, forms: readonly Name[]): Promise<void> => {
      const answer = await horde.ask(forms, {}, keys.asker);
      expect(answer.status).toBe(202);
      asked.push(answer.body.id);
    },
    pop: async (horde: AlchemyHorde, amount: number): Promise<void> => {
      const pop = { name: keys.workerName, forms: names, amount };
      const { body } = await horde.pop(pop, keys.alchemist);
      held.push(...(body.forms ?? []));
    },
    submit: async (horde: AlchemyHorde, at: number): Promise<void> => {
      const form = takeHeld(at);
      if (!form) return;
      const answer = await deliver(horde, form);
      if (answer.status === 200) {
        expect(answer.body.reward).toBe(prices[form.form].reward / 100);
        paid.push(form.form);
        delivered.push(form);
      } else {
        expect(['DuplicateGen', 'InvalidJobID']).toContain(answer.body.rc);
      }
    },
    repeat: async (horde: AlchemyHorde, at: number): Promise<void> => {
      const form = delivered[at % Math.max(1, delivered.length)];
      if (!form) return;
      const answer = await deliver(horde, form);
      // Its request may be gone.
      if (answer.status === 200) expect(answer.body.reward).toBe(prices[form.form].reward / 100);
      else expect(answer.body.rc).toBe('InvalidJobID');
    },
    fault: async (horde: AlchemyHorde, at: number): Promise<void> => {
      const form = takeHeld(at);
      if (form) await horde.submit(form.id, {}, { state: 'faulted' }, keys.alchemist);
    },
    cancel: async (horde: AlchemyHorde, at: number): Promise<void> => {
      await cancelOne(horde, asked[at % Math.max(1, asked.length)]);
    },
    cancelAll: async (horde: AlchemyHorde): Promise<void> => {
      for (const id of asked) await cancelOne(horde, id);
    },
  };
}
