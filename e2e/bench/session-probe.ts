/**
 * Loaded into an engine process by `node --import`: adds up what `session.run` takes, for all sessions
 * together, and tells it to a parent that asks.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { InferenceSession as Session } from 'onnxruntime-node';

/** Answer to `{ probe: 'sessions' }`; asking begins a new sum. */
export interface SessionReading {
  readonly probe: 'sessions';
  readonly runMs: number;
}

// The very copy that the measured program loads, wherever that lies.
const { InferenceSession }: { InferenceSession: { prototype: Session } } = createRequire(
  pathToFileURL(process.argv[1] ?? import.meta.filename),
)('onnxruntime-node');

let runMs = 0;
// oxlint-disable-next-line typescript/unbound-method -- it is always applied to its own session
const { run } = InferenceSession.prototype;
InferenceSession.prototype.run = async function timed(this: Session, ...args: Parameters<typeof run>) {
  const start = performance.now();
  try {
    return await run.apply(this, args);
  } finally {
    runMs += performance.now() - start;
  }
} as typeof run;

process.on('message', (question: unknown) => {
  if (typeof question !== 'object' || question === null || !('probe' in question)) return;
  process.send?.({ probe: 'sessions', runMs } satisfies SessionReading);
  runMs = 0;
});
