/**
 * Measures the built app against the budgets of `architecture.md`: `node e2e/bench/bench.ts [part…]
 * [--profile DIR]`. Prints a table; ends with code 1 when a budget is not kept.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { yurtEntry } from '../fixtures/yurt.ts';
import type { Part } from './part.ts';
import { api } from './parts/api.ts';
import { depth } from './parts/depth.ts';
import { engine } from './parts/engine.ts';
import { interfaceSize } from './parts/interface.ts';
import { picture } from './parts/picture.ts';
import { start } from './parts/start.ts';
import { type Figure, isWithin, table } from './report.ts';

const parts: Readonly<Record<string, Part>> = {
  api,
  depth,
  engine,
  start,
  picture,
  interface: interfaceSize,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { profile: { type: 'string' } },
});

const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`);

async function main(): Promise<number> {
  if (!existsSync(yurtEntry)) {
    say(`${yurtEntry} is not there. Build first: npm start or npm test does.`);
    return 2;
  }
  const unknown = positionals.find((name) => parts[name] === undefined);
  if (unknown !== undefined) {
    say(`there is no part ${unknown}; there are ${Object.keys(parts).join(', ')}`);
    return 2;
  }
  const profileDir = values.profile === undefined ? undefined : resolve(values.profile);
  if (profileDir !== undefined) mkdirSync(profileDir, { recursive: true });
  const [cpu] = cpus();
  process.stdout.write(
    `${cpu?.model ?? 'unknown processor'} × ${cpus().length}, Node ${process.versions.node}\n`,
  );
  const figures: Figure[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    say(`${name} (other programs make the machine ${slowdown().toFixed(1)} times as slow)`);
    figures.push(...(await runPart(name, part, profileDir)));
  }
  process.stdout.write(`${table(figures)}\n`);
  const missed = figures.filter((figure) => !isWithin(figure)).length;
  process.stdout.write(missed === 0 ? 'Every budget is kept.\n' : `${missed} of the budgets are not kept.\n`);
  return missed === 0 ? 0 : 1;
}

const spinMs = 200;

/** How many times as long as its processor time a piece of work takes now: 1 on a machine at rest. */
function slowdown(): number {
  const thread = process.threadCpuUsage();
  const begin = performance.now();
  const used = (): number => {
    const { user, system } = process.threadCpuUsage(thread);
    return (user + system) / 1000;
  };
  while (used() < spinMs);
  return (performance.now() - begin) / used();
}

async function runPart(name: string, part: Part, profileDir: string | undefined): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'yurt-bench-'));
  try {
    return await part({ folder, profileDir, say: (text) => say(`${name}: ${text}`) });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

process.exitCode = await main();
