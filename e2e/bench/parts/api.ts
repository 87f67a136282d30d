import sharp from 'sharp';
import { asksOf, checkOf, idIn, popsOf } from '../horde-calls.ts';
import { fillHorde, keyOfUser, popBody, requestBody } from '../horde-data.ts';
import { type Answer, type Call, inTurn, wireOf } from '../load.ts';
import { measureBare, type MeasuredServer, measureYurt, type Round } from '../measured.ts';
import type { Part } from '../part.ts';
import { type Figure, median } from '../report.ts';

const size = { users: 1000, requests: 1000, workers: 100 };
const rounds = 7;
const load = { durationMs: 1500, concurrency: 32, callers: 512 };

/**
 * The four calls of every client and worker, in turns with a bare Fastify route in the same minute, so
 * that what else the machine does falls on both. Limits and log are on, as they ship: the load comes from
 * so many addresses that no limit is met.
 */
export const api: Part = async ({ folder, profileDir, say }) => {
  await fillHorde(folder, size);
  const bare = await measureBare(folder);
  const yurt = await measureYurt(folder, { profileDir });
  try {
    const calls = await createCalls(bare, yurt);
    const kept = calls.map(() => [] as Round[]);
    for (let round = 0; round <= rounds; round += 1) {
      say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      for (const [at, { server, next }] of calls.entries()) {
        const result = await server.measure({ ...load, next });
        if (round > 0) kept[at]?.push(result);
      }
    }
    return figuresOf(calls.map(({ name }, at) => summaryOf(name, kept[at] ?? [])));
  } finally {
    await yurt.stop();
    await bare.stop();
  }
};

interface MeasuredCall {
  readonly name: 'bare GET' | 'bare POST' | 'async' | 'check' | 'pop' | 'submit';
  readonly server: MeasuredServer;
  readonly next: () => Call | undefined;
}

async function createCalls(bare: MeasuredServer, yurt: MeasuredServer): Promise<MeasuredCall[]> {
  const { port } = yurt;
  const picture = await smallPicture();
  const requestIds: string[] = [];
  const jobs: { readonly id: string; readonly apiKey: string }[] = [];
  const bareGet = { wire: wireOf('GET', '/bare', { port: bare.port }) };
  const barePost = { wire: wireOf('POST', '/bare', { port: bare.port, body: requestBody(0) }) };
  const asks = asksOf({
    port,
    count: size.users,
    done: (answer) => void requestIds.push(idIn(answer)),
  });
  const pops = popsOf({ port, count: size.workers }, popBody).map((call, at) => ({
    ...call,
    done: (answer: Answer) => void jobs.push({ id: idIn(answer), apiKey: keyOfUser(at) }),
  }));
  const check = (): Call => checkOf(port, requestIds[Math.floor(Math.random() * requestIds.length)] ?? '');
  const submit = (): Call | undefined => {
    const job = jobs.pop();
    const body = { id: job?.id, generation: picture, state: 'ok', seed: 1 };
    return job && { wire: wireOf('POST', '/api/v2/generate/submit', { port, apiKey: job.apiKey, body }) };
  };
  return [
    { name: 'bare GET', server: bare, next: () => bareGet },
    { name: 'bare POST', server: bare, next: () => barePost },
    { name: 'async', server: yurt, next: inTurn(asks) },
    { name: 'check', server: yurt, next: check },
    { name: 'pop', server: yurt, next: inTurn(pops) },
    { name: 'submit', server: yurt, next: submit },
  ];
}

/** Base64 of a small WebP: what is measured is core, not the coding of pictures. */
async function smallPicture(): Promise<string> {
  const plain = { width: 64, height: 64, channels: 3, background: '#4060a0' } as const;
  const webp = await sharp({ create: plain }).webp().toBuffer();
  return webp.toString('base64');
}

interface Summary {
  readonly name: MeasuredCall['name'];
  readonly perSecond: number;
  readonly threadMsEach: number;
  readonly busyMsEach: number;
  readonly delayP99Ms: number;
}

function summaryOf(name: Summary['name'], rounds: readonly Round[]): Summary {
  return {
    name,
    perSecond: median(rounds.map((round) => round.perSecond)),
    threadMsEach: median(rounds.map((round) => round.threadMsEach)),
    busyMsEach: median(rounds.map((round) => round.busyMsEach)),
    delayP99Ms: median(rounds.map((round) => round.probe.delayP99Ms)),
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
  const find = (name: Summary['name']): Summary => {
    const found = summaries.find((summary) => summary.name === name);
    if (!found) throw new Error(`${name} was not measured`);
    return found;
  };
  const rates = summaries.map(({ name, perSecond, threadMsEach, busyMsEach }) => ({
    what: name,
    measured: perSecond,
    unit: '/s',
    note: `${(threadMsEach * 1000).toFixed(0)} µs of the server's thread each, ${(busyMsEach * 1000).toFixed(0)} µs with waits`,
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
