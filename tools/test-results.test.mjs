// @ts-check
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPlaywright, readVitest } from './test-results.mjs';

let file = '';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-results-'));
  file = join(folder, 'results.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param {unknown} data */
const put = (data) => writeFileSync(file, JSON.stringify(data));

describe('readVitest', () => {
  it('counts tests, and a file that cannot be loaded as one failure', () => {
    const test = (/** @type {string} */ status) => ({ status, fullName: status, failureMessages: ['why'] });
    put({
      testResults: [
        {
          name: join(folder, 'a'),
          status: 'failed',
          message: '',
          assertionResults: ['passed', 'failed', 'skipped'].map(test),
        },
        { name: join(folder, 'b'), status: 'failed', message: 'no such module', assertionResults: [] },
      ],
    });
    const outcome = readVitest(file, folder);
    expect(outcome?.passed).toBe(1);
    expect(outcome?.failures.map(({ text }) => text)).toEqual(['why', 'no such module']);
    expect(outcome?.skipped).toHaveLength(1);
  });

  it('gives nothing without a report', () => {
    expect(readVitest(file, folder)).toBeUndefined();
  });
});

describe('readPlaywright', () => {
  it('counts nested specs per project, takes a flaky one for failed and keeps the reason of a skip', () => {
    const test = (/** @type {string} */ status) => ({
      projectName: 'browser',
      status,
      annotations: status === 'skipped' ? [{ type: 'skip', description: 'no camera' }] : [],
      results: [{ errors: [{ message: 'late' }] }],
    });
    const specs = ['expected', 'flaky', 'unexpected', 'skipped'].map((status) => ({
      title: status,
      file: 'a.spec.ts',
      tests: [test(status)],
    }));
    put({ errors: [], suites: [{ title: 'a', suites: [{ title: 'inner', specs }] }] });
    const outcome = readPlaywright(file);
    expect(outcome?.passed).toBe(1);
    expect(outcome?.failures).toHaveLength(2);
    expect(outcome?.skipped[0]?.reason).toBe('no camera');
  });
});
