/** A wait that can be cut short. */
export interface Pause {
  /** Resolves after the time, earlier after a nudge, at once when a signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Something has happened: what waits goes on soon; a nudge while nothing waits shortens the next wait. */
  readonly nudge: () => void;
}

/** Nudges come in bursts, and a horde allows 10 checks a second. */
const nudgedMs = 150;

export function createPause(): Pause {
  let isNudged = false;
  let shorten: (() => void) | undefined;
  return {
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          shorten = undefined;
          resolve();
        };
        const isShort = isNudged;
        isNudged = false;
        let timer = setTimeout(done, isShort ? Math.min(ms, nudgedMs) : ms);
        signal.addEventListener('abort', done);
        shorten = () => {
          shorten = undefined;
          clearTimeout(timer);
          timer = setTimeout(done, Math.min(ms, nudgedMs));
        };
        if (signal.aborted) done();
      }),
    nudge: () => {
      if (shorten) shorten();
      else isNudged = true;
    },
  };
}

/** Waits after failures in a row: 1, 2, 4 … at most 30 s. */
export function backoffMs(failures: number): number {
  return Math.min(1000 * 2 ** failures, 30_000);
}
