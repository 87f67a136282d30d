import { parentPort, workerData } from 'node:worker_threads';
import { progress, type TaskResult, type ToThread } from '../thread-protocol.ts';

/** A filter thread for tests: what a prompt says happens to it, in the filter that it names. */
// Only `FilterRunner` starts this file, and gives it this memory.
const { memory } = workerData as { memory: SharedArrayBuffer };
const place = new Int32Array(memory);

parentPort?.on('message', (message: ToThread) => {
  if (message.type !== 'tasks') return;
  const results = message.tasks.map((task, index): TaskResult => {
    place[progress.task] = index;
    Atomics.add(place, progress.tasksBegun, 1);
    const prompt = task.type === 'judge' ? task.question.prompt : '';
    const [what, filter = '-1'] = prompt.split(' ');
    place[progress.filter] = Number(filter);
    Atomics.add(place, progress.filtersBegun, 1);
    if (what === 'hang') for (;;);
    if (what === 'crash') process.exit(1);
    if (what === 'throw') return { type: 'failed', message: 'thrown' };
    return { type: 'judge', verdict: { kind: 'rewritten', prompt } };
  });
  parentPort?.postMessage({ results });
});
