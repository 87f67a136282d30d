import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { builtInPlain } from './filter-set.ts';
import { FilterRunner, type FilterRunnerOptions } from './filter-runner.ts';
import { filterThreadUrl } from './filter-thread-url.ts';
import type { Task } from './thread-protocol.ts';

const runners: FilterRunner[] = [];
const hung: Array<number | undefined> = [];
const filters = [10, 20, 30].map((id) => ({ id, type: 20, pattern: 'x', replacement: '' }));

afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.close();
  hung.length = 0;
});

function open(options: Partial<FilterRunnerOptions> = {}): FilterRunner {
  const runner = new FilterRunner({ onHang: (id) => void hung.push(id), ...options });
  runners.push(runner);
  return runner;
}

function openHanging(): FilterRunner {
  const runner = open({ thread: new URL('testing/hanging-thread.ts', import.meta.url), budgetMs: 250 });
  runner.setFilters(filters);
  return runner;
}

const judging = (prompt: string): Task => ({
  type: 'judge',
  substitutions: 'none',
  question: { prompt, kind: 'image', mayRewrite: false, mustRewrite: false, isMature: false, isScored: true },
});
const served = (prompt: string) => ({ type: 'judge', verdict: { kind: 'rewritten', prompt } });

describe('FilterRunner', () => {
  it('judges in its thread as core would', async () => {
    const runner = open({ budgetMs: 5_000 });
    runner.setFilters(builtInPlain);
    expect(await runner.run(judging('a lighthouse at dusk'))).toEqual({
      type: 'judge',
      verdict: { kind: 'clean' },
    });
    runner.setFilters([...builtInPlain, { id: 1000, type: 10, pattern: 'lighthouse', replacement: 'tower' }]);
    expect(await runner.run({ type: 'matches', prompt: 'A Lighthouse' })).toEqual({
      type: 'matches',
      matches: [{ id: 1000, type: 10, word: 'Lighthouse' }],
    });
  });

  it('ends a thread that hangs, names the filter and serves everybody else', async () => {
    const runner = openHanging();
    const before = ['a', 'b'].map((prompt) => runner.run(judging(prompt)));
    const hanging = runner.run(judging('hang 1'));
    const after = ['c', 'd'].map((prompt) => runner.run(judging(prompt)));
    expect(await hanging).toEqual({ type: 'hung' });
    expect(await Promise.all([...before, ...after])).toEqual(['a', 'b', 'c', 'd'].map(served));
    expect(hung).toEqual([20]);
    expect(await runner.run(judging('e'))).toEqual(served('e'));
  });

  it('survives a thread that ends by itself', async () => {
    const runner = openHanging();
    const outcomes = ['a', 'crash 2', 'b'].map((prompt) => runner.run(judging(prompt)));
    expect(await Promise.all(outcomes)).toEqual([served('a'), { type: 'hung' }, served('b')]);
    expect(hung).toEqual([30]);
  });

  it('gives up each of several that hang', async () => {
    const runner = openHanging();
    const outcomes = ['hang 0', 'hang 2', 'a'].map((prompt) => runner.run(judging(prompt)));
    expect(await Promise.all(outcomes)).toEqual([{ type: 'hung' }, { type: 'hung' }, served('a')]);
    expect(hung).toEqual([10, 30]);
  });

  it('fails what it is asked when its thread cannot start, and once it is closed', async () => {
    const runner = open({ thread: new URL('testing/no-such-thread.ts', import.meta.url) });
    expect(await runner.run(judging('a'))).toMatchObject({ type: 'failed' });
    expect(await runner.run(judging('a'))).toMatchObject({ type: 'failed' });
    await runner.close();
    expect(await runner.run(judging('a'))).toMatchObject({ type: 'failed' });
    const waiting = openHanging();
    const left = waiting.run(judging('hang 0'));
    await waiting.close();
    expect(await left).toMatchObject({ type: 'failed' });
  });

  it('leaves core free while it works on a prompt of a mebibyte', async () => {
    const runner = open({ budgetMs: 20_000 });
    runner.setFilters(builtInPlain);
    await runner.run(judging('warm'));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const outcome = await runner.run(judging('n.a k e d b á '.repeat(75_000)));
    delay.disable();
    expect(outcome).toMatchObject({ type: 'judge' });
    // The median: a machine that runs other tests beside this one has outliers of its own.
    expect(delay.percentile(50) / 1e6).toBeLessThan(20);
  });
});

describe('filterThreadUrl', () => {
  it.each([
    [
      'file:///yurt/src-main/horde/filters/filter-runner.ts',
      'file:///yurt/src-main/horde/filters/filter-thread.ts',
    ],
    ['file:///yurt/out/main/chunks/headless-B.js', 'file:///yurt/out/main/filter-thread.js'],
    ['file:///yurt/out/main/headless.js', 'file:///yurt/out/main/filter-thread.js'],
  ])('from %s', (from, expected) => {
    expect(filterThreadUrl(from).href).toBe(expected);
  });
});
