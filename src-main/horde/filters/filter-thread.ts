import { parentPort, workerData } from 'node:worker_threads';
import type { Filter } from '#shared/horde/filters/judge.ts';
import { compileFilters, perform } from './filter-set.ts';
import { type FromThread, progress, type TaskResult, type ToThread } from './thread-protocol.ts';

/** Entry of the worker thread that matches filters (`decisions.md` 36): it may hang and be ended. */
const port = parentPort;
// Only `FilterThread` starts this file, and gives it this memory.
const { memory } = workerData as { memory: SharedArrayBuffer };
const place = new Int32Array(memory);
let filters: readonly Filter[] = [];

const onFilter = (index: number): void => {
  place[progress.filter] = index;
  Atomics.add(place, progress.filtersBegun, 1);
};

port?.on('message', (message: ToThread) => {
  if (message.type === 'filters') {
    filters = compileFilters(message.filters);
    return;
  }
  const results = message.tasks.map((task, index): TaskResult => {
    place[progress.task] = index;
    place[progress.filter] = -1;
    Atomics.add(place, progress.tasksBegun, 1);
    try {
      return perform(task, filters, onFilter);
    } catch (error) {
      return { type: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  });
  port.postMessage({ results } satisfies FromThread);
});
