import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { asksOf, checkOf, idIn, popsOf } from '../horde-calls.ts';
import { fillHorde, missingPopBody, popBody } from '../horde-data.ts';
import { type Answer, type Call, inTurn, wireOf } from '../load.ts';
import { type MeasuredServer, measureYurt, type Round } from '../measured.ts';
import type { BenchContext, Part } from '../part.ts';
import { type Figure, median } from '../report.ts';

const shallow = { users: 1000, requests: 1000, workers: 10_000 };
const deep = { ...shallow, requests: 100_000 };
/** So many of the workers ask; all of them are online. */
const popping = 100;
const rounds = 5;
const load = { durationMs: 1500, concurrency: 16, callers: 256 };
/** The list of all workers, over and over by one caller. */
const seldom = { durationMs: 1500, concurrency: 1, callers: 1 };
const megabyte = 1024 * 1024;

/** The queue with 100,000 waiting requests and 10,000 workers online, in turns with one of 1,000 requests. */
export const depth: Part = async (context) => {
  const few = await startHorde(context, 'shallow', shallow);
  const many = await startHorde(context, 'deep', deep);
  try {
    const restingBytes = (await many.read()).rssBytes;
    const pops = (server: MeasuredServer, bodyOf: typeof popBody) =>
      inTurn(popsOf({ port: server.port, count: popping }, bodyOf));
    const [fewPops, manyPops] = [pops(few, popBody), pops(many, popBody)];
    const [fewMisses, manyMisses] = [pops(few, missingPopBody), pops(many, missingPopBody)];
    const asks = inTurn(asksOf({ port: many.port, count: deep.users }));
    const checks = inTurn(await checksOf(many));
    const listing = { wire: wireOf('GET', '/api/v2/workers', { port: many.port }) };
    const kept: Record<Kind, Round[]> = {
      few: [],
      many: [],
      fewHalf: [],
      manyHalf: [],
      fewMiss: [],
      manyMiss: [],
      async: [],
      check: [],
      workers: [],
    };
    for (let round = 0; round <= rounds; round += 1) {
      context.say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      const fewFull = await few.measure({ ...load, next: fewPops });
      const manyFull = await many.measure({ ...load, next: manyPops });
      const half = (full: Round) => ({ ...load, perSecond: full.perSecond / 2 });
      const results: Record<Kind, Round> = {
        few: fewFull,
        many: manyFull,
        fewHalf: await few.measure({ ...half(fewFull), next: fewPops }),
        manyHalf: await many.measure({ ...half(manyFull), next: manyPops }),
        fewMiss: await few.measure({ ...load, next: fewMisses }),
        manyMiss: await many.measure({ ...load, next: manyMisses }),
        async: await many.measure({ ...load, next: asks }),
        check: await many.measure({ ...load, next: checks }),
        workers: await many.measure({ ...seldom, next: () => listing }),
      };
      if (round === 0) continue;
      for (const kind of kinds) kept[kind].push(results[kind]);
    }
    const loadedBytes = (await many.read()).rssBytes;
    return [...figuresOf(kept), ...memoryFigures(restingBytes, loadedBytes)];
  } finally {
    await few.stop();
    await many.stop();
  }
};

const kinds = [
  'few',
  'many',
  'fewHalf',
  'manyHalf',
  'fewMiss',
  'manyMiss',
  'async',
  'check',
  'workers',
] as const;
type Kind = (typeof kinds)[number];

async function startHorde(
  { folder, profileDir, say }: BenchContext,
  name: string,
  size: typeof shallow,
): Promise<MeasuredServer> {
  say(`filling a horde with ${size.requests} requests and ${size.workers} workers`);
  const dataDir = join(folder, name);
  mkdirSync(dataDir);
  await fillHorde(dataDir, size);
  return measureYurt(dataDir, { profileDir: name === 'deep' ? profileDir : undefined });
}

/** Checks of requests that are made for it. */
async function checksOf(server: MeasuredServer): Promise<Call[]> {
  const ids: string[] = [];
  const done = (answer: Answer): void => void ids.push(idIn(answer));
  await server.measure({
    ...load,
    next: inTurn(asksOf({ port: server.port, count: shallow.users, done })),
  });
  return ids.map((id) => checkOf(server.port, id));
}

function figuresOf(kept: Readonly<Record<Kind, readonly Round[]>>): Figure[] {
  const middle = (kind: Kind, pick: (round: Round) => number): number => median(kept[kind].map(pick));
  const thread = (kind: Kind): number => middle(kind, (round) => round.threadMsEach);
  const rate = (kind: Kind): string =>
    `${middle(kind, (round) => round.perSecond).toFixed(0)}/s, ${(thread(kind) * 1000).toFixed(0)} µs of the server's thread each`;
  return [
    {
      what: 'pop, 100,000 waiting: p99 in the server at half load',
      measured: middle('manyHalf', (round) => round.probe.answerP99Ms),
      unit: 'ms',
      budget: { atMost: 5 },
      note: `p50 ${middle('manyHalf', (round) => round.probe.answerP50Ms).toFixed(2)} ms`,
    },
    {
      what: 'pop, 1,000 waiting: p99 in the server at half load',
      measured: middle('fewHalf', (round) => round.probe.answerP99Ms),
      unit: 'ms',
      note: `p50 ${middle('fewHalf', (round) => round.probe.answerP50Ms).toFixed(2)} ms`,
    },
    {
      what: 'pop, 100,000 waiting ÷ 1,000 waiting',
      measured: thread('many') / thread('few'),
      unit: '×',
      budget: { atMost: 2 },
      note: `${rate('many')}, against ${rate('few')}`,
    },
    {
      what: 'pop that nothing fits, 100,000 ÷ 1,000',
      measured: thread('manyMiss') / thread('fewMiss'),
      unit: '×',
      budget: { atMost: 2 },
      note: `${rate('manyMiss')}, against ${rate('fewMiss')}`,
    },
    {
      what: 'async, 100,000 waiting',
      measured: middle('async', (round) => round.perSecond),
      unit: '/s',
      note: rate('async'),
    },
    {
      what: 'check, 100,000 waiting',
      measured: middle('check', (round) => round.perSecond),
      unit: '/s',
      note: rate('check'),
    },
    {
      what: 'list of 10,000 workers: event-loop delay p99',
      measured: middle('workers', (round) => round.probe.delayP99Ms),
      unit: 'ms',
      budget: { atMost: 20 },
      note: rate('workers'),
    },
  ];
}

function memoryFigures(restingBytes: number, loadedBytes: number): Figure[] {
  return [
    {
      what: 'memory of core, 100,000 waiting, at rest',
      measured: restingBytes / megabyte,
      unit: 'MB',
      budget: { atMost: 500 },
    },
    {
      what: 'memory of core, 100,000 waiting, after the load',
      measured: loadedBytes / megabyte,
      unit: 'MB',
      budget: { atMost: 500 },
    },
  ];
}
