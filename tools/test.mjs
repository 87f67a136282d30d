// @ts-check
/**
 * `npm test`: sets up, runs every check that this machine can run, and says what it could not run and
 * why. A failed step does not stop the later ones. The last line is `N passed, N failed, N skipped`.
 * `npm test -- --only lint,unit` runs some steps.
 */
import { fail, print, report } from './test-report.mjs';
import { createSteps } from './test-steps.mjs';
import { ensureDatabaseServer, ensureInstalled, SetupError } from './setup.mjs';

/** @param {string[]} args */
function main(args) {
  const steps = createSteps(setUp());
  const wanted = selection(args);
  const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    const known = steps.map((step) => step.name).join(', ');
    throw new SetupError(`there is no step ${unknown.join(', ')}; there are ${known}`);
  }
  const results = steps
    .filter((step) => wanted.length === 0 || wanted.includes(step.name))
    .map((step) => runStep(step));
  process.exitCode = report(results) ? 0 : 1;
}

/**
 * @param {import('./test-steps.mjs').Step} step
 * @returns {import('./test-report.mjs').StepResult}
 */
function runStep(step) {
  const start = performance.now();
  let outcome;
  try {
    outcome = step.run();
  } catch (error) {
    outcome = fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const result = { name: step.name, seconds: (performance.now() - start) / 1000, ...outcome };
  print(result);
  return result;
}

function setUp() {
  const start = performance.now();
  const node = ensureInstalled();
  ensureDatabaseServer();
  print({ name: 'setup', seconds: (performance.now() - start) / 1000, passed: 0, failures: [], skipped: [] });
  return node;
}

/**
 * @param {string[]} args
 * @returns {string[]}
 */
function selection(args) {
  const at = args.indexOf('--only');
  const rest = at === -1 ? args : args.toSpliced(at, 2);
  const inline = rest.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
  const wrong = rest.filter((arg) => !arg.startsWith('--only='));
  if (wrong.length > 0) throw new SetupError(`unknown option ${wrong.join(' ')}; use --only a,b`);
  const names = at === -1 ? inline : (args[at + 1] ?? '');
  return names === undefined ? [] : names.split(',');
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  report([{ name: 'setup', seconds: 0, ...fail(error.message) }]);
  process.exitCode = 1;
}
