import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageJob } from '#shared/engine-protocol/image.ts';
import type { FromEngine, ToEngine } from '#shared/engine-protocol/messages.ts';
import { yurtEntry } from '../../fixtures/yurt.ts';
import type { Part } from '../part.ts';
import { type Figure, median } from '../report.ts';
import type { SessionReading } from '../session-probe.ts';

const rounds = 5;
const modelFolder = fileURLToPath(new URL('../../../resources/models/yurt-tiny', import.meta.url));

/**
 * What the pipeline adds to the bare runs of the graphs, measured in the engine process itself. The
 * embedded model is also run as if 512×512 were its own size, since a graph takes any.
 */
export const engine: Part = async ({ folder, say }) => {
  const models = join(folder, 'models');
  copyModel(join(models, 'native'), { name: 'Native' });
  copyModel(join(models, 'large'), { name: 'Large', native_width: 512, native_height: 512 });
  const child = await startEngine(models, folder);
  try {
    const large = { ...baseJob, model: 'Large', width: 512, height: 512, steps: 20 };
    const small = { ...baseJob, model: 'Native' };
    say('512×512, 20 steps');
    const largeOverhead = await overheadOf(child, large);
    say('128×128, 12 steps');
    const smallOverhead = await overheadOf(child, small);
    return [
      figureOf('pipeline over session.run, 512×512, 20 steps', largeOverhead, { atMost: 3 }),
      figureOf('pipeline over session.run, 128×128, 12 steps', smallOverhead),
    ];
  } finally {
    child.kill();
  }
};

const baseJob: ImageJob = {
  model: 'Native',
  prompt: 'a red circle on a blue background',
  negativePrompt: '',
  width: 128,
  height: 128,
  steps: 12,
  cfgScale: 5,
  sampler: 'k_dpmpp_2m',
  karras: true,
  clipSkip: 1,
  seed: 1,
  batch: 1,
};

function copyModel(folder: string, changes: Readonly<Record<string, string | number>>): void {
  cpSync(modelFolder, folder, { recursive: true });
  const file = join(folder, 'yurt.json');
  const described: unknown = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...Object(described), ...changes }));
}

async function startEngine(modelDir: string, tempDir: string): Promise<ChildProcess> {
  const entry = join(dirname(yurtEntry), 'engine.js');
  const probe = new URL('../session-probe.ts', import.meta.url).href;
  const child = fork(entry, ['image'], { serialization: 'advanced', execArgv: ['--import', probe] });
  await ask(child, { type: 'configure', modelDirs: [modelDir], provider: 'cpu', tempDir }, 'ready');
  return child;
}

interface Overhead {
  readonly percent: number;
  readonly jobMs: number;
  readonly addedMs: number;
}

let jobs = 0;

/** The first job loads the model and is not counted. */
async function overheadOf(child: ChildProcess, job: ImageJob): Promise<Overhead> {
  const measured: Overhead[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    jobs += 1;
    await askProbe(child);
    const answer = await ask(child, { type: 'generate', id: jobs, job }, 'generated');
    const { runMs } = await askProbe(child);
    const { encodeMs, sampleMs, decodeMs } = answer.timings;
    const jobMs = encodeMs + sampleMs + decodeMs;
    const addedMs = jobMs - runMs;
    if (round > 0) measured.push({ jobMs, addedMs, percent: (100 * addedMs) / runMs });
  }
  return {
    percent: median(measured.map(({ percent }) => percent)),
    jobMs: median(measured.map(({ jobMs }) => jobMs)),
    addedMs: median(measured.map(({ addedMs }) => addedMs)),
  };
}

async function ask<T extends FromEngine['type']>(
  child: ChildProcess,
  message: ToEngine,
  wanted: T,
): Promise<Extract<FromEngine, { type: T }>> {
  child.send(message);
  for (;;) {
    const [answer]: unknown[] = await once(child, 'message');
    if (isOfType(answer, wanted)) return answer;
    if (isOfType(answer, 'failed')) throw new Error(`the engine failed: ${answer.message}`);
  }
}

async function askProbe(child: ChildProcess): Promise<SessionReading> {
  child.send({ probe: 'sessions' });
  for (;;) {
    const [answer]: unknown[] = await once(child, 'message');
    if (isSessionReading(answer)) return answer;
  }
}

function isSessionReading(message: unknown): message is SessionReading {
  return typeof message === 'object' && message !== null && 'probe' in message;
}

/** The engine is the one that was built with these messages. */
function isOfType<T extends FromEngine['type']>(
  message: unknown,
  type: T,
): message is Extract<FromEngine, { type: T }> {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === type;
}

function figureOf(what: string, { percent, jobMs, addedMs }: Overhead, budget?: { atMost: number }): Figure {
  return {
    what,
    measured: percent,
    unit: '%',
    ...(budget && { budget }),
    note: `${addedMs.toFixed(1)} ms of ${jobMs.toFixed(0)} ms`,
  };
}
