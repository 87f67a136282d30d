/** Tells something at most once per interval, the last call never lost. */
export interface Throttle {
  /** Tells now, or when the interval is over. */
  (): void;
  /** Tells now, whatever the interval. */
  flush(): void;
  /** Drops what waits. */
  readonly cancel: () => void;
}

export function createThrottle(intervalMs: number, tell: () => void): Throttle {
  let toldAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const flush = (): void => {
    cancel();
    toldAt = performance.now();
    tell();
  };
  const call = (): void => {
    if (timer) return;
    const waitMs = toldAt + intervalMs - performance.now();
    if (waitMs <= 0) flush();
    else timer = setTimeout(flush, waitMs);
  };
  return Object.assign(call, { flush, cancel });
}
