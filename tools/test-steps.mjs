// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findElectron } from './electron.mjs';
import { initialJavaScript, initialJsBudgetBytes } from './initial-js.mjs';
import { ensureBuilt, isBuilt, projectRoot, readText } from './setup.mjs';
import { fail, pass, skip } from './test-report.mjs';
import { readPlaywright, readVitest } from './test-results.mjs';

/**
 * @typedef {import('./test-report.mjs').Outcome} Outcome
 * @typedef {{ name: string, run: () => Outcome }} Step
 */

const stepTimeoutMs = 20 * 60_000;
const lintRulesTest = 'tools/lint-rules.test.mjs';
/** Tests of what only PostgreSQL does. */
const postgresTests = '**/*.postgres.test.ts';
/** Where tests use the database. */
const withDatabase = [
  'src-main/db',
  'src-main/horde',
  'src-main/studio/bridge/memory',
  'src-main/studio/creations/run',
  'src-main/studio/gallery',
  'src-main/studio/settings',
  'src-main/app/start.postgres',
];
/** What `src-main/db/testing/with-postgres.ts` ends with where no server can be started. */
const noServerCode = 77;

/**
 * The steps in order, fast to slow.
 * @param {string} node path of a Node 24
 * @returns {Step[]}
 */
export function createSteps(node) {
  /** @param {string} cli @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
  const run = (cli, args, env) => runScript(join('node_modules', cli), args, env);

  /** @param {string} script @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
  const runScript = (script, args, env) =>
    spawnSync(node, [join(projectRoot, script), ...args], {
      cwd: projectRoot,
      encoding: 'utf8',
      env: { ...process.env, ...env },
      maxBuffer: 256 * 1024 * 1024,
      timeout: stepTimeoutMs,
    });

  /** @param {string} name @param {string} cli @param {string[]} args @returns {Step} */
  const check = (name, cli, args) => ({ name, run: () => outcomeOf(run(cli, args)) });

  /** @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
  const vitest = (args, env) =>
    withResultFile((file) => {
      const all = ['run', '--reporter=json', `--outputFile=${file}`, ...args];
      const child = run('vitest/vitest.mjs', all, env);
      return withExit(child, readVitest(file, projectRoot));
    });

  /**
   * Tests with a PostgreSQL server of their own in place of SQLite files.
   * @param {string[]} args
   */
  const vitestOnPostgres = (args) =>
    withResultFile((file) => {
      const runner = [node, join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs')];
      const options = ['--reporter=json', `--outputFile=${file}`, '--project=node', '--testTimeout=90000'];
      const all = [...runner, 'run', ...options, ...args];
      const child = runScript('src-main/db/testing/with-postgres.ts', all);
      if (child.status === noServerCode) return skip('tests on PostgreSQL', child.stderr.trim());
      return withExit(child, readVitest(file, projectRoot));
    });

  /** @param {string} folder the folder of the configuration */
  const playwright = (folder) =>
    withResultFile((file) => {
      const args = ['test', '-c', `${folder}/playwright.config.ts`, '--reporter=json'];
      const child = run('@playwright/test/cli.js', args, { PLAYWRIGHT_JSON_OUTPUT_FILE: file });
      return withExit(child, readPlaywright(file));
    });

  /** The cases of every operation, and as many random calls as a test run has time for. */
  const conformance = () =>
    withResultFile((file) => {
      const child = runScript('e2e/conformance/conformance.ts', ['--fuzz', '2000', '--json', file]);
      const text = readText(file);
      return withExit(child, text === undefined ? undefined : JSON.parse(text));
    });

  return [
    check('format', 'oxfmt/bin/oxfmt', ['--check', '.']),
    check('lint', 'oxlint/bin/oxlint', ['.']),
    { name: 'lint-rules', run: () => vitest([lintRulesTest]) },
    ...['src-shared', 'src-shared/tsconfig.test.json', 'src-main', 'src-renderer', 'e2e', 'tools'].map(
      (area) =>
        check(`types:${area.replace('/tsconfig.test.json', '-tests')}`, 'typescript/bin/tsc', ['-p', area]),
    ),
    check('knip', 'knip/bin/knip.js', []),
    { name: 'unit', run: () => vitest([`--exclude=${lintRulesTest}`, `--exclude=${postgresTests}`]) },
    {
      name: 'postgres',
      run: () => vitestOnPostgres(withDatabase),
    },
    { name: 'build', run: () => build(node) },
    { name: 'smoke', run: () => skipUnbuilt('the built headless app') ?? smoke(vitest) },
    { name: 'initial-js', run: () => skipUnbuilt('initial JavaScript') ?? checkInitialJs() },
    { name: 'conformance', run: () => skipUnbuilt('conformance of the API') ?? conformance() },
    { name: 'journeys', run: () => skipUnbuilt('browser journeys') ?? playwright('e2e') },
    {
      name: 'electron-journeys',
      run: () => {
        const name = 'electron journeys';
        if (!findElectron()) return skip(name, "Electron's binary is not installed");
        return skipUnbuilt(name) ?? playwright('e2e/electron');
      },
    },
  ];
}

/**
 * Skips what needs a build where the build step failed: an older one would tell nothing.
 * @param {string} name what is skipped
 * @returns {Outcome | undefined}
 */
function skipUnbuilt(name) {
  return isBuilt(projectRoot) ? undefined : skip(name, 'there is no build');
}

/**
 * The tests of the headless app once more, on the build instead of the sources.
 * @param {(args: string[], env?: NodeJS.ProcessEnv) => Outcome} vitest
 * @returns {Outcome}
 */
function smoke(vitest) {
  const entry = join(projectRoot, 'out', 'main', 'headless.js');
  return vitest(['src-main/app/headless.test.ts'], { YURT_ENTRY: entry });
}

/** @param {string} node @returns {Outcome} */
function build(node) {
  // Its messages go to standard error as they come.
  ensureBuilt(node);
  return pass();
}

/** @returns {Outcome} */
function checkInitialJs() {
  const { bytes, files } = initialJavaScript(join(projectRoot, 'out', 'renderer'));
  const size = `${(bytes / 1000).toFixed(1)} kB gzip in ${files.length} files`;
  if (bytes <= initialJsBudgetBytes) return pass(size);
  return fail(
    `The interface loads ${size} before it shows anything; the budget is ${initialJsBudgetBytes / 1000} kB.\n${files.join('\n')}`,
  );
}

/** @typedef {import('node:child_process').SpawnSyncReturns<string>} Child */

/** @param {Child} child @returns {Outcome} */
function outcomeOf(child) {
  return child.status === 0 ? pass() : fail(outputOf(child));
}

/**
 * A runner that failed without a failed test (a broken configuration, a crash, an error between tests)
 * is a failure of its own, and so is one that found nothing to run.
 * @param {Child} child
 * @param {Outcome | undefined} outcome
 * @returns {Outcome}
 */
export function withExit(child, outcome) {
  if (!outcome) return fail(outputOf(child));
  if (outcome.failures.length > 0) return outcome;
  if (child.status !== 0) return { ...outcome, ...pick(fail(outputOf(child))) };
  const isEmpty = outcome.passed === 0 && outcome.skipped.length === 0;
  return isEmpty ? fail(`No tests ran.\n${outputOf(child)}`) : outcome;
}

/** @param {Outcome} outcome */
const pick = ({ failures }) => ({ failures });

/** @param {Child} child */
function outputOf(child) {
  const end = child.error
    ? `\n${child.error.message}`
    : child.status === 0
      ? ''
      : `\n(exit code ${child.status})`;
  return `${child.stdout ?? ''}${child.stderr ?? ''}${end}`;
}

/**
 * @param {(file: string) => Outcome} action
 * @returns {Outcome}
 */
function withResultFile(action) {
  const folder = mkdtempSync(join(tmpdir(), 'yurt-test-'));
  try {
    return action(join(folder, 'results.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
