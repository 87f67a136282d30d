// @ts-check
import { relative } from 'node:path';
import { readText } from './setup.mjs';

/** @typedef {import('./test-report.mjs').Outcome} Outcome */

/**
 * Counts of vitest's JSON report. A file that could not be loaded is one failure.
 * @param {string} file
 * @param {string} root
 * @returns {Outcome | undefined} nothing if there is no report
 */
export function readVitest(file, root) {
  const text = readText(file);
  if (text === undefined) return undefined;
  /** @type {{ testResults: { name: string, status: string, message: string, assertionResults: { status: string, fullName: string, failureMessages?: string[] }[] }[] }} */
  const data = JSON.parse(text);
  /** @type {Outcome} */
  const outcome = { passed: 0, failures: [], skipped: [] };
  for (const suite of data.testResults) {
    const path = relative(root, suite.name);
    const failedBefore = outcome.failures.length;
    for (const test of suite.assertionResults) {
      const name = `${path}: ${test.fullName.trim()}`;
      if (test.status === 'passed') outcome.passed += 1;
      else if (test.status === 'failed')
        outcome.failures.push({ name, text: (test.failureMessages ?? []).join('\n') });
      else outcome.skipped.push({ name, reason: 'its name says when it runs' });
    }
    if (suite.status === 'failed' && outcome.failures.length === failedBefore) {
      outcome.failures.push({ name: path, text: suite.message });
    }
  }
  return outcome;
}

/**
 * @typedef {{ title: string, file: string, tests: { projectName: string, status: string, annotations: { type: string, description?: string }[], results: { errors: { message?: string }[] }[] }[] }} Spec
 * @typedef {{ title: string, specs?: Spec[], suites?: Suite[] }} Suite
 */

/**
 * Counts of Playwright's JSON report. A flaky journey is a failed one.
 * @param {string} file
 * @returns {Outcome | undefined} nothing if there is no report
 */
export function readPlaywright(file) {
  const text = readText(file);
  if (text === undefined) return undefined;
  /** @type {{ suites: Suite[], errors: { message?: string }[] }} */
  const data = JSON.parse(text);
  /** @type {Outcome} */
  const outcome = { passed: 0, failures: [], skipped: [] };
  for (const error of data.errors)
    outcome.failures.push({ name: '', text: error.message ?? 'unknown error' });
  for (const spec of data.suites.flatMap(specsOf)) {
    for (const test of spec.tests) {
      const name = `${spec.file}: ${spec.title} [${test.projectName}]`;
      const reason = test.annotations.find((note) => note.type === 'skip')?.description;
      if (test.status === 'expected') outcome.passed += 1;
      else if (test.status === 'skipped') outcome.skipped.push({ name, reason: reason ?? 'no reason given' });
      else outcome.failures.push({ name, text: errorsOf(test) });
    }
  }
  return outcome;
}

/** @param {Suite} suite @returns {Spec[]} */
function specsOf(suite) {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
}

/** @param {Spec['tests'][number]} test */
function errorsOf(test) {
  return test.results
    .flatMap((result) => result.errors.map((error) => error.message ?? 'unknown error'))
    .join('\n');
}
