import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { dropTestDatabase } from '#main/db/testing/open-test-database.ts';
import { openHorde, someTime, type TestHorde } from '../testing/open-horde.ts';
import { checkLedger } from './index.ts';
import type { MovementDetail } from './ledger.ts';

type Kind = 'image' | 'text';

/** What clients, workers and time do to a horde. Numbers choose among what there is. */
type Step =
  | {
      readonly do: 'ask';
      readonly kind: Kind;
      readonly who: number;
      readonly n: number;
      readonly isHeavy: boolean;
    }
  | { readonly do: 'pop'; readonly kind: Kind; readonly who: number }
  | {
      readonly do: 'submit';
      readonly job: number;
      readonly state: 'ok' | 'censored' | 'faulted';
      /** The same again at the same time, and again afterwards. */
      readonly times: number;
    }
  /** Pops, delivers all of it and pops again, for a quarter of an hour. */
  | { readonly do: 'work'; readonly kind: Kind; readonly who: number }
  | { readonly do: 'cancel'; readonly request: number }
  | { readonly do: 'transfer'; readonly who: number; readonly to: number; readonly kudos: number }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'restart' };

const kind = fc.constantFrom<Kind>('image', 'text');
const who = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      kind,
      who,
      n: fc.integer({ min: 1, max: 3 }),
      isHeavy: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pop' as const), kind, who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('work' as const), kind, who }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      job: fc.nat({ max: 5 }),
      state: fc.constantFrom('ok' as const, 'ok' as const, 'censored' as const, 'faulted' as const),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), request: fc.nat({ max: 9 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('transfer' as const),
      who,
      to: fc.integer({ min: 1, max: 3 }),
      kudos: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(5, 60, 250, 1500) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

interface Handed {
  readonly kind: Kind;
  readonly id: string;
  readonly key: string;
}

/** A horde with three accounts, each of which asks and works, that is driven by steps. */
class Journey {
  readonly #folder: string;
  readonly #clock = { now: someTime };
  readonly #requests: Array<{ kind: Kind; id: string }> = [];
  readonly #jobs: Handed[] = [];
  #keys: readonly string[] = [];
  horde: TestHorde;

  private constructor(folder: string, horde: TestHorde) {
    this.#folder = folder;
    this.horde = horde;
  }

  static async begin(): Promise<Journey> {
    const folder = await mkdtemp(join(tmpdir(), 'yurt-journey-'));
    const horde = await openHorde({ folder, clock: { now: someTime } });
    await horde.close();
    const journey = new Journey(folder, horde);
    await journey.#open(horde.ownerKey);
    const ada = await journey.horde.addUser({ id: 2, kudos: 1000, flags: { is_trusted: 1 } });
    const ben = await journey.horde.addUser({ id: 3, kudos: 30 });
    journey.#keys = [horde.ownerKey, ada, ben];
    return journey;
  }

  async end(): Promise<void> {
    await this.horde.close();
    await dropTestDatabase(join(this.#folder, 'horde.sqlite'));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #open(key: string): Promise<void> {
    this.horde = await openHorde({ folder: this.#folder, clock: this.#clock, key });
  }

  /** @returns the status of an answer, or none when there was nothing to do */
  async take(next: Step): Promise<readonly number[]> {
    switch (next.do) {
      case 'ask':
        return this.#ask(next);
      case 'pop':
        return this.#pop(next.kind, next.who);
      case 'submit':
        return this.#submit(next);
      case 'work':
        return this.#work(next.kind, next.who);
      case 'cancel': {
        const found = this.#requests[next.request % Math.max(1, this.#requests.length)];
        if (!found) return [];
        const path = found.kind === 'image' ? '/generate/status' : '/generate/text/status';
        return [(await this.horde.call('DELETE', `${path}/${found.id}`)).status];
      }
      case 'transfer': {
        const body = { username: String(next.to), amount: next.kudos };
        return [
          (await this.horde.call('POST', '/kudos/transfer', body, { key: this.#key(next.who) })).status,
        ];
      }
      case 'wait':
        this.#clock.now += next.seconds * 1000;
        await this.horde.sweep();
        return [];
      case 'restart':
        await this.horde.close();
        await this.#open(this.#key(0));
        return [];
    }
  }

  #key(at: number): string {
    return this.#keys[at] ?? '';
  }

  async #ask(next: Extract<Step, { do: 'ask' }>): Promise<number[]> {
    const { n } = next;
    const image = { prompt: 'a lighthouse', models: ['tiny'], params: { n, steps: next.isHeavy ? 50 : 10 } };
    const text = { prompt: 'Once', models: ['tiny-7b'], params: { n, max_length: next.isHeavy ? 520 : 80 } };
    const path = next.kind === 'image' ? '/generate/async' : '/generate/text/async';
    const body = next.kind === 'image' ? image : text;
    const answer = await this.horde.call('POST', path, body, { key: this.#key(next.who) });
    if (answer.status === 202) this.#requests.push({ kind: next.kind, id: String(answer.body.id) });
    return [answer.status];
  }

  async #pop(wanted: Kind, at: number): Promise<number[]> {
    const key = this.#key(at);
    const image = { name: `Dreamer ${at}`, models: ['tiny'], max_pixels: 4_194_304, amount: 2 };
    const text = { name: `Scribe ${at}`, models: ['tiny-7b'], max_length: 1024, max_context_length: 4096 };
    const [path, body] = wanted === 'image' ? ['/generate/pop', image] : ['/generate/text/pop', text];
    const answer = await this.horde.call('POST', String(path), Object(body), { key });
    const ids: string[] = answer.body.ids ?? [answer.body.id].filter(Boolean);
    for (const id of ids) this.#jobs.push({ kind: wanted, id, key });
    return [answer.status];
  }

  async #submit(next: Extract<Step, { do: 'submit' }>): Promise<number[]> {
    const job = this.#jobs.at(-1 - (next.job % Math.max(1, this.#jobs.length)));
    return job ? this.#deliver(job, next.state, next.times) : [];
  }

  async #work(wanted: Kind, at: number): Promise<number[]> {
    const statuses: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const known = this.#jobs.length;
      statuses.push(...(await this.#pop(wanted, at)));
      for (const job of this.#jobs.slice(known)) statuses.push(...(await this.#deliver(job, 'ok', 1)));
      await this.take({ do: 'wait', seconds: 220 });
    }
    return statuses;
  }

  async #deliver(job: Handed, state: 'ok' | 'censored' | 'faulted', times: number): Promise<number[]> {
    const picture = { id: job.id, seed: 7, state, generation: webpPicture };
    const text = { id: job.id, state, generation: 'upon a time there was a horde' };
    const [path, body] =
      job.kind === 'image' ? ['/generate/submit', picture] : ['/generate/text/submit', text];
    const send = () => this.horde.call('POST', String(path), Object(body), { key: job.key });
    const answers = await Promise.all(Array.from({ length: times }, send));
    return answers.map((answer) => answer.status);
  }
}

const webpPicture = Buffer.concat([Buffer.from('RIFF0000WEBPVP8 '), Buffer.alloc(100, 7)]).toString('base64');

/** What owners gained by the ledger, and what their workers show, in cents (P23). */
async function earnings(db: AppDatabase): Promise<{ byLedger: object; byWorkers: object }> {
  const byLedger: Record<string, number> = {};
  const events = await db.read.selectFrom('kudos_event').select(['type', 'detail']).execute();
  for (const { type, detail } of events) {
    if (type !== 'GENERATION' && type !== 'UPTIME_REWARD') continue;
    const { content } = JSON.parse(detail) as MovementDetail;
    const owner = String(content?.['owner']);
    byLedger[owner] = (byLedger[owner] ?? 0) + Number(content?.['pay']);
  }
  const byWorkers: Record<string, number> = {};
  const workers = await db.read.selectFrom('horde_workers').selectAll().execute();
  for (const { user_id: owner, reward_cents: rewards, uptime_cents: uptime } of workers) {
    const sum = (byWorkers[owner] ?? 0) + rewards + uptime;
    if (sum > 0) byWorkers[owner] = sum;
  }
  return { byLedger, byWorkers };
}

describe('any journey through a horde', () => {
  it('leaves books, requests, jobs, holds and workers that agree', { timeout: 180_000 }, async () => {
    const seen = new Set<number>();
    let settled = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 80, size: 'max' }), async (steps) => {
        const journey = await Journey.begin();
        try {
          for (const next of steps) {
            for (const status of await journey.take(next)) seen.add(status);
          }
          const { db } = journey.horde;
          expect(await checkLedger(db)).toEqual({ ok: true, problems: [] });
          const { byLedger, byWorkers } = await earnings(db);
          expect(byWorkers).toEqual(byLedger);
          settled += Object.keys(byLedger).length;
        } finally {
          await journey.end();
        }
      }),
      { numRuns: 4 },
    );
    expect(settled).toBeGreaterThan(0);
    // The journeys come by work that is done and by what is refused, and by no failure of the horde.
    expect([...seen].filter((status) => status >= 500)).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining([200, 202]));
  });
});
