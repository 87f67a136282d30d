import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createYurt } from '../fixtures/yurt.ts';
import { type Case, casesOf } from './cases.ts';
import { documentCases } from './document-cases.ts';
import { readDocument } from './document.ts';
import { fuzz } from './fuzz.ts';
import { faultsOf } from './judge.ts';
import { readOperations } from './operations.ts';
import { protocolCases } from './protocol.ts';
import { type OperationResult, writeTable } from './readme-table.ts';
import { specs } from './specs/index.ts';
import { createWorld, type World } from './world.ts';

/** What the test runner reads (`tools/test-report.mjs`). */
interface Outcome {
  passed: number;
  readonly failures: Array<{ name: string; text: string }>;
  readonly skipped: never[];
}

const { values } = parseArgs({
  options: {
    /** Part of an operation's name: only its cases. */
    only: { type: 'string' },
    /** Random calls beside the cases. */
    fuzz: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    /** A Markdown file whose table of operations is written anew. */
    table: { type: 'string' },
    /** Where the outcome is written. */
    json: { type: 'string' },
  },
});

/** Asks a started horde everything that is claimed of its operations, and tells what does not hold. */
async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'yurt-conformance-'));
  const yurt = createYurt({ dataDir, args: ['--no-worker'] });
  const outcome: Outcome = { passed: 0, failures: [], skipped: [] };
  try {
    const world = await createWorld(await yurt.start());
    await judgeAll(world, outcome);
    const calls = Number(values.fuzz);
    if (calls > 0) {
      const faults = await fuzz(world, { calls, seed: Number(values.seed) });
      record(outcome, `${calls} random calls`, faults);
    }
  } finally {
    await yurt.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(outcome));
  for (const { name, text } of outcome.failures) process.stdout.write(`\n${name}\n${text}\n`);
  process.stdout.write(`\n${outcome.passed} cases passed, ${outcome.failures.length} failed\n`);
  process.exitCode = outcome.failures.length === 0 ? 0 : 1;
}

async function judgeAll(world: World, outcome: Outcome): Promise<void> {
  const document = await readDocument(world.base);
  const operations = readOperations();
  const { only } = values;
  const results: OperationResult[] = [];
  const chosen = only === undefined ? operations : operations.filter(({ name }) => name.includes(only));
  for (const operation of chosen) {
    const spec = specs.find((it) => it.operation === operation.name);
    const before = outcome.failures.length;
    const cases: Case[] = spec
      ? [...casesOf(operation, spec, document), ...protocolCases(operation, spec)]
      : [];
    if (!spec) record(outcome, operation.name, ['nothing is claimed of it']);
    for (const it of cases) record(outcome, `${operation.name} ${it.says}`, await judge(it, world, document));
    const failed = outcome.failures.length - before;
    results.push({ operation, cases: cases.length, passed: cases.length - failed });
    const verdict = failed === 0 ? 'ok' : `${failed} failed`;
    process.stdout.write(
      `${operation.name.padEnd(60)} ${String(cases.length).padStart(3)} cases  ${verdict}\n`,
    );
  }
  if (only !== undefined) return;
  if (values.table !== undefined) writeTable(values.table, results);
  for (const it of documentCases(operations)) record(outcome, it.says, await it.ask(world, document));
  const covered = operations.filter(({ name }) => specs.some(({ operation }) => operation === name));
  process.stdout.write(`\n${covered.length} of ${operations.length} operations covered\n`);
}

async function judge(
  it: Case,
  world: World,
  document: Parameters<typeof casesOf>[2],
): Promise<readonly string[]> {
  try {
    return faultsOf(await it.ask(world), it.expect, { operation: it.operation, document });
  } catch (error) {
    return [String(error)];
  }
}

function record(outcome: Outcome, name: string, faults: readonly string[]): void {
  if (faults.length === 0) outcome.passed += 1;
  else outcome.failures.push({ name, text: faults.map((fault) => `  ${fault}`).join('\n') });
}

await main();
