/**
 * Loaded into a measured process by `node --import`. Tells, when its parent asks, how long the thread
 * was busy, how late its timers came, how long it took to answer, and how much memory it holds.
 */
import { subscribe } from 'node:diagnostics_channel';
import { createHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** Answer to `{ probe: 'read' }`: everything since the last `{ probe: 'reset' }`, or since the start. */
export interface ProbeReading {
  /** Milliseconds that the event loop was not waiting, for the disk and for a turn on the processor included. */
  readonly busyMs: number;
  /** Milliseconds of processor time of the main thread. */
  readonly threadMs: number;
  readonly delayP99Ms: number;
  /** From the head of a request to the last byte of its answer, in the server. */
  readonly answerP50Ms: number;
  readonly answerP99Ms: number;
  readonly rssBytes: number;
}

const resolutionMs = 1;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();
const answers = createHistogram();
const begun = new WeakMap<object, number>();
let before = performance.eventLoopUtilization();
let threadBefore: NodeJS.CpuUsage | undefined;

subscribe('http.server.request.start', (message) => {
  if (hasResponse(message)) begun.set(message.response, performance.now());
});
subscribe('http.server.response.finish', (message) => {
  const start = hasResponse(message) ? begun.get(message.response) : undefined;
  if (start !== undefined) answers.record(Math.max(1, Math.round((performance.now() - start) * 1000)));
});

process.on('message', (question: unknown) => {
  if (typeof question !== 'object' || question === null || !('probe' in question)) return;
  if (question.probe === 'reset') {
    before = performance.eventLoopUtilization();
    threadBefore = process.threadCpuUsage();
    delays.reset();
    answers.reset();
  }
  process.send?.(read());
});

function read(): ProbeReading {
  const thread = process.threadCpuUsage(threadBefore);
  return {
    threadMs: (thread.user + thread.system) / 1000,
    busyMs: performance.eventLoopUtilization(before).active,
    delayP99Ms: Math.max(0, delays.percentile(99) / 1e6 - resolutionMs),
    answerP50Ms: answers.percentile(50) / 1000,
    answerP99Ms: answers.percentile(99) / 1000,
    rssBytes: process.memoryUsage.rss(),
  };
}

function hasResponse(message: unknown): message is { readonly response: object } {
  return typeof message === 'object' && message !== null && 'response' in message;
}
