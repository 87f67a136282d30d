import fc from 'fast-check';
import { askForms, askImage, askText, statusOf } from './requester.ts';
import type { Asked, Kind, Person, Town } from './town.ts';
import type { Held, Worker } from './worker.ts';

/** What people, workers, staff and time do to a horde. Numbers choose among what there is. */
export type Step =
  | {
      readonly do: 'ask';
      readonly kind: Kind;
      readonly who: number;
      readonly n: number;
      readonly isHeavy: boolean;
    }
  | { readonly do: 'pop'; readonly worker: number; readonly amount: number }
  /** All workers pop at the same moment. */
  | { readonly do: 'rush'; readonly amount: number }
  /** Delivers the oldest or the newest that is held, maybe several times at once. */
  | {
      readonly do: 'deliver';
      readonly isOldest: boolean;
      readonly state: 'ok' | 'censored' | 'faulted';
      readonly times: number;
    }
  /** Delivers again what was delivered or given up. */
  | { readonly do: 'repeat'; readonly which: number }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'transfer'; readonly who: number; readonly to: number; readonly kudos: number }
  | { readonly do: 'pause'; readonly worker: number; readonly isPaused: boolean }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'restart' };

const one = <T extends string>(name: T) => fc.constant(name);
const who = fc.nat({ max: 3 });
const which = fc.nat({ max: 20 });

/** Steps as often as a busy horde has them. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: one('ask'),
      kind: fc.constantFrom<Kind>('image', 'text', 'interrogation'),
      who,
      n: fc.integer({ min: 1, max: 3 }),
      isHeavy: fc.boolean(),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({ do: one('pop'), worker: who, amount: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: one('rush'), amount: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: one('deliver'),
      isOldest: fc.boolean(),
      state: fc.constantFrom(
        'ok' as const,
        'ok' as const,
        'ok' as const,
        'censored' as const,
        'faulted' as const,
      ),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: one('repeat'), which }) },
  { weight: 2, arbitrary: fc.record({ do: one('cancel'), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: one('transfer'), who, to: who, kudos: fc.integer({ min: 1, max: 3000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: one('pause'), worker: who, isPaused: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: one('wait'), seconds: fc.constantFrom(5, 40, 40, 200, 1300) }) },
  { weight: 1, arbitrary: fc.record({ do: one('restart') }) },
);

interface InHand {
  readonly worker: Worker;
  readonly held: Held;
}

export interface Players {
  readonly people: readonly Person[];
  readonly workers: readonly Worker[];
  /** Names of workers that rest: paused, or in maintenance. */
  readonly resting: Set<string>;
}

/** Takes steps in a town and tells its books what comes of them. */
export class Journey {
  readonly #town: Town;
  readonly #players: Players;
  readonly #inHand: InHand[] = [];
  readonly #past: InHand[] = [];
  readonly #handedOut = new Set<string>();
  /** Statuses of all answers that a step may be refused with. */
  readonly statuses = new Map<string, number>();

  constructor(town: Town, players: Players) {
    this.#town = town;
    this.#players = players;
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'ask':
        return this.#ask(step);
      case 'pop':
        return this.#pop(this.#worker(step.worker), step.amount);
      case 'rush':
        await Promise.all(this.#players.workers.map((worker) => this.#pop(worker, step.amount)));
        return undefined;
      case 'deliver':
        return this.#deliver(step);
      case 'repeat': {
        const again = this.#past.at(-1 - (step.which % Math.max(1, this.#past.length)));
        if (again) this.#count('repeat', (await again.worker.deliver(again.held)).status);
        return undefined;
      }
      case 'cancel':
        return this.#cancel(step.which);
      case 'transfer':
        return this.#transfer(this.#person(step.who), this.#person(step.to), step.kudos);
      case 'pause':
        return this.#pause(this.#worker(step.worker), step.isPaused);
      case 'wait':
        return this.#town.wait(step.seconds);
      case 'restart':
        return this.#town.restart();
    }
  }

  #count(what: string, status: number): void {
    if (status >= 500) throw new Error(`${what} was answered with ${status}`);
    const key = `${what} ${status}`;
    this.statuses.set(key, (this.statuses.get(key) ?? 0) + 1);
  }

  #person(at: number): Person {
    return pickAt(this.#players.people, at);
  }

  #worker(at: number): Worker {
    return pickAt(this.#players.workers, at);
  }

  async #ask({ kind, who: at, n, isHeavy }: Extract<Step, { do: 'ask' }>): Promise<void> {
    const person = this.#person(at);
    const answer = await this.#askFor(kind, person, { n, isHeavy });
    this.#count(`ask ${kind}`, 'status' in answer ? answer.status : 202);
  }

  #askFor(kind: Kind, person: Person, { n, isHeavy }: { n: number; isHeavy: boolean }) {
    const town = this.#town;
    if (kind === 'interrogation') return askForms(town, person, ['caption', 'nsfw', 'GFPGAN'].slice(0, n));
    if (kind === 'text') return askText(town, person, { n, maxLength: isHeavy ? 512 : 80 });
    return askImage(town, person, { n, steps: isHeavy ? 50 : 10, slowWorkers: !isHeavy });
  }

  async #pop(worker: Worker, amount: number): Promise<void> {
    await this.#lookAt(worker);
    const answer = await worker.pop(amount).catch((error: unknown) => {
      // In maintenance, and nothing of its owner's waits.
      if (error instanceof Error && error.message.includes('WorkerMaintenance')) return [];
      throw error;
    });
    for (const held of answer) {
      if (this.#handedOut.has(held.id)) throw new Error(`job ${held.id} was handed out twice`);
      this.#handedOut.add(held.id);
      this.#inHand.push({ worker, held });
    }
  }

  /** Whether its uptime counts at this moment: too many drops bring maintenance. */
  async #lookAt({ name }: Worker): Promise<void> {
    const { status, body } = await this.#town.call('GET', `/workers/name/${encodeURIComponent(name)}`);
    if (status !== 200) return;
    if (body.maintenance_mode === true || body.paused === true) this.#players.resting.add(name);
    else this.#players.resting.delete(name);
  }

  async #deliver({ isOldest, state, times }: Extract<Step, { do: 'deliver' }>): Promise<void> {
    const next = isOldest ? this.#inHand.shift() : this.#inHand.pop();
    if (!next) return;
    const { worker, held } = next;
    // There is no such thing as a censored form.
    const said = worker.kind === 'interrogation' && state === 'censored' ? 'ok' : state;
    const send = () => worker.deliver(held, { state: said });
    const answers = await Promise.all(Array.from({ length: times }, send));
    for (const { status } of answers) this.#count(`deliver ${said}`, status);
    this.#past.push(next);
  }

  async #cancel(at: number): Promise<void> {
    const asked = [...this.#town.asked.values()].at(-1 - at);
    if (!asked) return;
    if (asked.kind === 'interrogation') await this.#bookRunning(asked);
    this.#count('cancel', (await statusOf(this.#town, asked, 'DELETE')).status);
  }

  /** Forms that run when they are cancelled are paid at that moment (`kudos.md` 1.16). */
  async #bookRunning(asked: Asked): Promise<void> {
    const { body } = await statusOf(this.#town, asked);
    for (const { form, state } of body.forms ?? []) {
      if (state !== 'processing') continue;
      const running = this.#inHand.findLast(({ held }) => held.tag === asked.tag && held.form === form);
      if (!running) throw new Error(`nobody makes ${form} of ${asked.tag}`);
      this.#town.paid.add(running.held.id);
      this.#town.books.settle(asked.payer, running.worker.owner.id, asked.priceOf({ form }));
    }
  }

  async #transfer(from: Person, to: Person, kudos: number): Promise<void> {
    const body = { username: `user${to.id}#${to.id}`, amount: kudos };
    const { status } = await this.#town.call('POST', '/kudos/transfer', body, from.key);
    if (status === 200) this.#town.books.transfer(from.id, to.id, kudos * 100);
    this.#count('transfer', status);
  }

  async #pause({ name }: Worker, paused: boolean): Promise<void> {
    const found = await this.#town.call('GET', `/workers/name/${encodeURIComponent(name)}`);
    if (found.status !== 200) return;
    const { status } = await this.#town.call('PUT', `/workers/${found.body.id}`, { paused });
    this.#count('pause', status);
  }
}

function pickAt<T>(from: readonly T[], at: number): T {
  const found = from[at % from.length];
  if (found === undefined) throw new Error('nobody is there');
  return found;
}
