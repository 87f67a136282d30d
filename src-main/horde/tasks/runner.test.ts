import { describe, expect, it, vi } from 'vitest';
import { createTaskRunner, type Task } from './index.ts';

const task = (run: Task['run'], name = 'sweep'): Task => ({ name, everyMs: 1000, run });

function runnerOf(tasks: readonly Task[]) {
  const time = { now: 5_000, watch: 0 };
  const failures: unknown[] = [];
  const runner = createTaskRunner({
    tasks,
    clock: () => time.now,
    stopwatch: () => (time.watch += 7),
    onFailure: (name, error) => failures.push([name, String(error)]),
  });
  return { runner, time, failures };
}

describe('the task runner', () => {
  it('tells of each task when it ran, how long, and what it did', async () => {
    const { runner } = runnerOf([task((now) => Promise.resolve({ seen: now }))]);
    expect(runner.status()).toEqual([
      {
        name: 'sweep',
        every_ms: 1000,
        runs: 0,
        failures: 0,
        last_run: null,
        last_duration_ms: null,
        last_effect: {},
        last_error: null,
      },
    ]);
    await runner.runAll();
    expect(runner.status()).toEqual([
      expect.objectContaining({
        runs: 1,
        last_run: 5_000,
        last_duration_ms: 7,
        last_effect: { seen: 5_000 },
      }),
    ]);
  });

  it('never runs a task twice at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<Record<string, number>>();
    const run = vi.fn<Task['run']>(() => promise);
    const { runner } = runnerOf([task(run)]);
    const both = [runner.runAll(), runner.runAll()];
    resolve({});
    await Promise.all(both);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('goes on after a failure, which it tells and remembers', async () => {
    const run = vi.fn<Task['run']>(() => Promise.resolve({ done: 1 }));
    run.mockRejectedValueOnce(new Error('the disk is full'));
    const { runner, failures } = runnerOf([task(run)]);
    vi.useFakeTimers();
    runner.start();
    await vi.advanceTimersByTimeAsync(1_000);
    await runner.stop();
    vi.useRealTimers();
    expect(failures).toEqual([['sweep', 'Error: the disk is full']]);
    expect(runner.status()).toEqual([
      expect.objectContaining({ failures: 1, last_error: 'the disk is full', last_effect: {} }),
    ]);
    await runner.runAll();
    expect(runner.status()).toEqual([
      expect.objectContaining({ runs: 2, failures: 1, last_error: null, last_effect: { done: 1 } }),
    ]);
  });

  it('runs in each its own rhythm until it is stopped', async () => {
    vi.useFakeTimers();
    try {
      const often = vi.fn<Task['run']>(() => Promise.resolve({}));
      const seldom = vi.fn<Task['run']>(() => Promise.resolve({}));
      const { runner } = runnerOf([task(often), { ...task(seldom, 'seldom'), everyMs: 2500 }]);
      runner.start();
      await vi.advanceTimersByTimeAsync(5_100);
      expect([often.mock.calls.length, seldom.mock.calls.length]).toEqual([5, 2]);
      await runner.stop();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(often).toHaveBeenCalledTimes(5);
    } finally {
      vi.useRealTimers();
    }
  });
});
