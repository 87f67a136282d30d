/**
 * `npm run measure:tiny`: asks a started Yurt for the pictures of `resources/training/measure/prompts.json`
 * and says how many show what was asked. Ends with 1 when they are too few. It drives the built app.
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Static } from 'typebox';
import type { SamplerName } from '#shared/horde/requests/names.ts';
import { samplerOf } from '../fixtures/horde.ts';
import { decode, type Picture } from '../fixtures/pixels.ts';
import { createColorJudge } from './color-judge.ts';
import { loadShapeJudge } from './shape-judge.ts';
import { type SheetPicture, writeSheet } from './sheet.ts';
import { isGoodEnough, type Judged, summarize, tableOf, verdictOf } from './summary.ts';
import { startTinyYurt } from './tiny-yurt.ts';
import { Classes, Prompts, readJson, trainingFiles } from './training-files.ts';

const usage = `Options
  --model DIR     a model folder to measure instead of the embedded one
  --sampler NAME  k_dpmpp_2m (default), k_euler_a or another of the API
  --steps N       12 by default
  --cfg N         guidance; the model's own by default
  --count N       only so many prompts, spread over all shapes
  --sheet FILE    writes all pictures into one PNG; a red frame: wrong color, a yellow one: wrong shape
  --json FILE     writes all figures
`;

interface Options {
  readonly model: string | undefined;
  readonly sampler: SamplerName;
  readonly steps: number;
  readonly cfg: number | undefined;
  readonly count: number | undefined;
  readonly sheet: string | undefined;
  readonly json: string | undefined;
}

type Prompt = Static<typeof Prompts>['prompts'][number];

function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { model: text, sampler: text, steps: text, cfg: text, count: text, sheet: text, json: text },
  });
  return {
    model: values.model === undefined ? undefined : resolve(values.model),
    sampler: samplerOf(values.sampler ?? 'k_dpmpp_2m'),
    steps: positive('steps', values.steps) ?? 12,
    cfg: positive('cfg', values.cfg),
    count: positive('count', values.count),
    sheet: values.sheet,
    json: values.json,
  };
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} ${text} is no number above zero`);
  return value;
}

/** So many of the prompts, evenly spread: the file goes shape by shape. */
function spread(prompts: readonly Prompt[], count: number = prompts.length): Prompt[] {
  const wanted = Math.min(Math.floor(count), prompts.length);
  return Array.from({ length: wanted }, (_, i) => Math.floor(((i + 0.5) * prompts.length) / wanted)).flatMap(
    (at) => prompts[at] ?? [],
  );
}

/** Names what a picture shows, told nothing of what was asked. */
async function loadJudge(): Promise<(picture: Picture) => Promise<Judged['seen']>> {
  const { shapes, colours } = await readJson(trainingFiles.classes, Classes);
  const shapeOf = await loadShapeJudge(trainingFiles.classifier, shapes);
  const colorsOf = createColorJudge(Object.entries(colours).map(([name, rgb]) => ({ name, rgb })));
  return async (picture) => ({ ...colorsOf(picture), shape: await shapeOf(picture) });
}

function markOf(judged: Judged): string | undefined {
  const { object, background, shape } = verdictOf(judged);
  if (!object || !background) return '#e5484d';
  return shape ? undefined : '#f5d90a';
}

async function measure(options: Options): Promise<boolean> {
  const judge = await loadJudge();
  const { prompts } = await readJson(trainingFiles.prompts, Prompts);
  await using yurt = await startTinyYurt(options.model ?? trainingFiles.model, options.model === undefined);
  const cfg = options.cfg ?? yurt.defaultCfg;
  const params = {
    width: 128,
    height: 128,
    steps: options.steps,
    cfg_scale: cfg,
    sampler_name: options.sampler,
    karras: true,
  };
  const judged: Judged[] = [];
  const sheet: SheetPicture[] = [];
  for (const { prompt, seed, colour, background, shape } of spread(prompts, options.count)) {
    const { file, seconds } = await yurt.make(prompt, { ...params, seed: String(seed) });
    const picture = await decode(file);
    const asked = { object: colour, background, shape };
    const one = { prompt, seed, asked, seen: await judge(picture), seconds };
    judged.push(one);
    sheet.push({ picture, mark: markOf(one) });
  }
  const summary = summarize(judged);
  const settings = { sampler: options.sampler, steps: options.steps, cfg, karras: true };
  print(
    `${judged.length} pictures, 128×128, ${options.steps} steps of ${options.sampler} karras, cfg ${cfg}`,
  );
  print(tableOf(summary));
  if (options.sheet !== undefined) await writeSheet(options.sheet, sheet);
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ settings, summary, judged }, null, 2)}\n`);
  }
  return isGoodEnough(summary);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  const isGood = await measure(readOptions(process.argv.slice(2)));
  print(isGood ? 'The model is good enough.' : 'The model is not good enough.');
  process.exitCode = isGood ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
}
