import { apiCalls } from '../api-calls.ts';
import { fillHorde } from '../horde-data.ts';
import { measureBare, measureYurt, type Round } from '../measured.ts';
import type { Part } from '../part.ts';
import { type Figure, median } from '../report.ts';

const size = { users: 1000, requests: 1000, workers: 100 };
const rounds = 7;
const load = { durationMs: 1200, concurrency: 32, callers: 512 };
const megabyte = 1024 * 1024;

/**
 * What clients and workers do all day, in turns with a bare Fastify route in the same minute, so that what else
 * the machine does falls on both. Limits and log are on, as they ship: the load comes from so many addresses
 * that no limit is met.
 */
export const api: Part = async ({ folder, profileDir, say }) => {
  await fillHorde(folder, size);
  const bare = await measureBare(folder);
  const yurt = await measureYurt(folder, { profileDir });
  const servers = { bare, yurt };
  try {
    const restingBytes = (await yurt.read()).rssBytes;
    const calls = await apiCalls({ bare: bare.port, yurt: yurt.port }, size);
    const kept = new Map(calls.map(({ name }) => [name, [] as Round[]]));
    for (let round = 0; round <= rounds; round += 1) {
      say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      for (const { name, of, next } of calls) {
        const result = await servers[of].measure({ ...load, next });
        if (round > 0 && result.answers > 0) kept.get(name)?.push(result);
      }
    }
    const loadedBytes = (await yurt.read()).rssBytes;
    return [
      ...figuresOf(Array.from(kept, ([name, results]) => summaryOf(name, results))),
      ...memoryFigures(restingBytes, loadedBytes),
    ];
  } finally {
    await yurt.stop();
    await bare.stop();
  }
};

interface Summary {
  readonly name: string;
  readonly perSecond: number;
  readonly threadMsEach: number;
  readonly busyMsEach: number;
  readonly delayP99Ms: number;
  readonly answerP50Ms: number;
  readonly answerP99Ms: number;
}

function summaryOf(name: string, results: readonly Round[]): Summary {
  const middle = (pick: (round: Round) => number): number => median(results.map(pick));
  return {
    name,
    perSecond: middle((round) => round.perSecond),
    threadMsEach: middle((round) => round.threadMsEach),
    busyMsEach: middle((round) => round.busyMsEach),
    delayP99Ms: middle((round) => round.probe.delayP99Ms),
    answerP50Ms: middle((round) => round.probe.answerP50Ms),
    answerP99Ms: middle((round) => round.probe.answerP99Ms),
  };
}

/** The budgets of `architecture.md`. */
const budgets = [
  { name: 'check', bare: 'bare GET', atLeast: 0.3 },
  { name: 'async', bare: 'bare POST', atLeast: 0.2 },
  { name: 'submit', bare: 'bare POST', atLeast: 0.2 },
  { name: 'pop', bare: 'bare POST', atLeast: 0.1 },
] as const;
const delayBudgetMs = 20;

function figuresOf(summaries: readonly Summary[]): Figure[] {
  const find = (name: string): Summary => {
    const found = summaries.find((summary) => summary.name === name);
    if (!found) throw new Error(`${name} was not measured`);
    return found;
  };
  const rates = summaries.map((summary) => ({
    what: summary.name,
    measured: summary.perSecond,
    unit: '/s',
    note: noteOf(summary),
  }));
  const ratios = budgets.flatMap(({ name, bare, atLeast }) => {
    const [ours, theirs] = [find(name), find(bare)];
    return [
      {
        what: `${name} ÷ ${bare}`,
        // What the server can do once neither the client nor other programs nor picture coding hold it up.
        measured: theirs.threadMsEach / ours.threadMsEach,
        unit: '',
        budget: { atLeast },
        note: `by thread time; with waits ${(theirs.busyMsEach / ours.busyMsEach).toFixed(3)}, by answers a second ${(ours.perSecond / theirs.perSecond).toFixed(3)}`,
      },
      {
        what: `${name}: event-loop delay p99`,
        measured: ours.delayP99Ms,
        unit: 'ms',
        budget: { atMost: delayBudgetMs },
      },
    ];
  });
  return [...rates, ...ratios];
}

function noteOf(summary: Summary): string {
  const micros = (ms: number): string => (ms * 1000).toFixed(0);
  const { threadMsEach, busyMsEach, answerP50Ms, answerP99Ms, delayP99Ms } = summary;
  return `p50 ${answerP50Ms.toFixed(1)} ms, p99 ${answerP99Ms.toFixed(1)} ms in the server; ${micros(threadMsEach)} µs of its thread each, ${micros(busyMsEach)} µs with waits; event-loop delay p99 ${delayP99Ms.toFixed(1)} ms`;
}

function memoryFigures(restingBytes: number, loadedBytes: number): Figure[] {
  return [
    { what: 'memory of core, 1,000 waiting, at rest', measured: restingBytes / megabyte, unit: 'MB' },
    { what: 'memory of core, after the load', measured: loadedBytes / megabyte, unit: 'MB' },
  ];
}
