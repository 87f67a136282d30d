import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AppDatabase, openDatabase } from '#main/db/database.ts';
import { testDatabaseKind } from '#main/db/testing/open-test-database.ts';
import { trustAgeMs } from '#shared/horde/kudos/accounts.ts';
import { checkLedger } from './audit/index.ts';
import { balances, type Bench, openBench, someTime } from './testing/bench.ts';
import { copyAsCrashed, interrupted, unitOf } from './testing/happen.ts';
import { type Happening, KudosModel, type ModelUser } from './testing/model.ts';

/** A server takes what comes at once in an order of its own, and its crashes are not ours to make. */
const isServer = testDatabaseKind === 'PostgreSQL';

const person = (id: number, change: Partial<ModelUser> = {}): ModelUser => ({
  id,
  oauthId: `test:${id}`,
  ageMs: 10 * trustAgeMs,
  isTrusted: false,
  points: 0,
  ...change,
});
const users = [
  person(0, { oauthId: 'anon' }),
  person(1, { isTrusted: true }),
  person(2),
  person(3, { oauthId: '6f1b1e0e-9b1f-4c55-8a52-0d8f6b6d0c11' }),
  person(4, { ageMs: 1000 }),
  person(5, { points: 5 }),
];
const threshold = 20;

const user = fc.integer({ min: 0, max: 5 });
const work = fc.constantFrom('image' as const, 'text' as const, 'interrogation' as const);
const cents = fc.integer({ min: 0, max: 9000 });
const ids = (prefix: string) => fc.nat({ max: 6 }).map((id) => `${prefix}${id}`);
const request = ids('r');

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('activate' as const), id: request, user, cents }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      id: ids('j'),
      request,
      work,
      user,
      owner: user,
      cost: cents,
      pay: cents,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('uptime' as const),
      id: ids('w'),
      mark: fc.integer({ min: 601, max: 604 }),
      work,
      owner: user,
      cents,
    }),
  },
  fc.record({ kind: fc.constant('style' as const), id: request, user, owner: user }),
  fc.record({ kind: fc.constant('rate' as const), id: request, user, cents }),
  fc.record({
    kind: fc.constant('award' as const),
    id: ids('a'),
    user,
    kudos: fc.integer({ min: -50, max: 200 }),
  }),
  fc.record({
    kind: fc.constant('change' as const),
    id: ids('c'),
    user,
    cents: fc.integer({ min: -9000, max: 20_000 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      id: ids('t'),
      user,
      to: user,
      kudos: fc.integer({ min: 1, max: 60 }),
    }),
  },
  fc.record({ kind: fc.constant('trust' as const), user }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hold' as const), id: request, user, cents }) },
  fc.record({ kind: fc.constant('release' as const), id: request }),
);

/** What is given to the database at once; some of it fails half way, or the machine does. */
interface Group {
  readonly events: readonly Happening[];
  /** Events that throw before this query of theirs, by their place. */
  readonly failing: ReadonlyMap<number, number>;
  /** The machine stops in the midst of this event, before its nth query. */
  readonly crash: { readonly at: number; readonly query: number } | undefined;
}

const spot = fc.record({ at: fc.nat({ max: 7 }), query: fc.nat({ max: 12 }) });
const group: fc.Arbitrary<Group> = fc
  .record({
    events: fc.array(happening, { minLength: 1, maxLength: 8 }),
    failing: fc.array(spot, { maxLength: 2 }),
    crash: fc.option(spot, { nil: undefined, freq: 4 }),
  })
  .map(({ events, failing, crash }) => ({
    events,
    failing: new Map(failing.map(({ at, query }) => [at, query])),
    crash: !isServer && crash && crash.at < events.length ? crash : undefined,
  }));

/** The same id always means the same thing, as it does where ids are UUIDs. */
function consistent(groups: readonly Group[]): Group[] {
  const known = new Map<string, Happening>();
  const canonical = (event: Happening): Happening => {
    if (event.kind === 'trust' || event.kind === 'hold' || event.kind === 'release') return event;
    const key = JSON.stringify([
      event.kind,
      event.id,
      event.kind === 'uptime' ? event.mark : 0,
      // Keys of transfers are the sender's own.
      event.kind === 'transfer' ? event.user : 0,
    ]);
    const first = known.get(key) ?? event;
    known.set(key, first);
    return first;
  };
  return groups.map((it) => ({ ...it, events: it.events.map(canonical) }));
}

class PowerCut extends Error {}

/** Gives a group to the database at once. @returns what it holds afterwards, and what happened */
async function perform(
  db: AppDatabase,
  files: { readonly now: string; readonly next: string },
  { events, failing, crash }: Group,
): Promise<{ done: readonly Happening[]; hasCrashed: boolean }> {
  const fail = () => {
    throw new PowerCut('in the midst of a unit');
  };
  const outcomes: Array<Promise<void>> = [];
  for (const [at, event] of events.entries()) {
    const outcome = db.write(() => {
      const unit = unitOf(db.query, event, someTime);
      if (crash?.at === at) return interrupted(unit, crash.query, copyOnce(files));
      const failsAt = failing.get(at);
      return failsAt === undefined ? unit : interrupted(unit, failsAt, fail);
    });
    outcomes.push(outcome);
    if (isServer) await Promise.allSettled([outcome]);
  }
  const settled = await Promise.allSettled(outcomes);
  for (const outcome of settled) {
    if (outcome.status === 'rejected' && !(outcome.reason instanceof PowerCut)) throw outcome.reason;
  }
  if (crash) return { done: [], hasCrashed: true };
  return { done: events.filter((_, at) => settled[at]?.status === 'fulfilled'), hasCrashed: false };
}

function copyOnce(files: { readonly now: string; readonly next: string }): () => void {
  let isCopied = false;
  return () => {
    if (!isCopied) copyAsCrashed(files.now, files.next);
    isCopied = true;
  };
}

interface State {
  readonly balances: Readonly<Record<string, number>>;
  /** Payer, what remains, and whether it is active, by key. */
  readonly holds: Readonly<Record<string, readonly [number, number, boolean]>>;
  readonly problems: readonly string[];
}

async function stateOf(db: AppDatabase): Promise<State> {
  const found = Object.entries(await balances(db));
  const holds = await db.read.selectFrom('kudos_hold').selectAll().execute();
  return {
    balances: Object.fromEntries(found.filter(([name]) => /^(escrow )?[0-9]+$/.test(name))),
    holds: Object.fromEntries(
      holds.map((hold) => [hold.key, [hold.user_id, hold.remaining, hold.released === null]]),
    ),
    problems: await problemsOf(db),
  };
}

function stateOfModel(model: KudosModel): State {
  return {
    balances: Object.fromEntries([
      ...[...model.balances].map(([id, cents]) => [String(id), cents]),
      ...[...model.escrows].map(([id, cents]) => [`escrow ${id}`, cents]),
    ]),
    holds: Object.fromEntries(
      [...model.holds].map(([id, hold]) => [`upfront:${id}`, [hold.user, hold.remaining, hold.isActive]]),
    ),
    problems: [],
  };
}

/** There are no requests here that the holds could belong to. */
async function problemsOf(db: AppDatabase): Promise<string[]> {
  const { problems } = await checkLedger(db);
  return problems.filter((problem) => !problem.endsWith('outlives its request'));
}

async function prepare(bench: Bench): Promise<void> {
  for (const { id, oauthId, ageMs, isTrusted, points } of users) {
    const flags = isTrusted ? { flags: { is_trusted: 1 as const } } : {};
    await bench.addUser({ id, oauthId, ageDays: ageMs / 86_400_000, ...flags });
    await bench.suspect(id, points);
  }
  await bench.setThreshold(threshold);
}

/** What is to hold whatever the order: every event is there, each once. */
async function missingOrTwice(db: AppDatabase, events: readonly Happening[]): Promise<string[]> {
  const found = await db.read.selectFrom('kudos_event').select('key').execute();
  const keys = found.map((event) => event.key);
  const settled = events.flatMap((event) => (event.kind === 'settle' ? [`settle:${event.id}`] : []));
  const twice = keys.filter((key, at) => keys.indexOf(key) !== at);
  return [...twice, ...settled.filter((key) => !keys.includes(key))];
}

describe(`any schedule of movements, on ${testDatabaseKind}`, () => {
  it(
    'keeps the books right when everything comes at once, repeats included',
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 4 }), async (groups) => {
          const bench = await openBench();
          await prepare(bench);
          const events = consistent(groups).flatMap((it) => it.events);
          const { db } = bench;
          await Promise.all(
            [...events, ...events].map((event) => db.write(() => unitOf(db.query, event, someTime))),
          );
          expect(await missingOrTwice(db, events)).toEqual([]);
          expect(await problemsOf(db)).toEqual([]);
          await bench.close();
        }),
        { numRuns: 15 },
      );
    },
  );

  it(
    'comes to what the rules say, through repeats, failing units and crashes',
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 8 }), async (groups) => {
          const bench = await openBench();
          await prepare(bench);
          let { db } = bench;
          const model = new KudosModel(users, threshold * 100);
          try {
            let { file } = bench;
            for (const [at, next] of consistent(groups).entries()) {
              const files = { now: file, next: join(bench.folder, `${at}.db`) };
              const { done, hasCrashed } = await perform(db, files, next);
              if (hasCrashed) {
                await db.close();
                file = files.next;
                db = await openDatabase(file);
              }
              for (const event of done) model.happen(event);
              expect(await stateOf(db)).toEqual(stateOfModel(model));
            }
          } finally {
            await db.close();
            await bench.remove();
          }
        }),
        { numRuns: 40 },
      );
    },
  );
});
