/** Where the calls to end come from: this process, or a test's stand-in. */
interface EndSource {
  on(event: string, listener: () => void): unknown;
}

/**
 * Calls back once when this process is asked to end: by a signal, or by the starter going away, whose
 * channel then closes. What comes later changes nothing.
 */
export function onEndAsked(end: () => void, source: EndSource = process): void {
  let isAsked = false;
  const ask = (): void => {
    if (isAsked) return;
    isAsked = true;
    end();
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) source.on(event, ask);
}

/** The promise is to be gone 10 s after a signal; what has not closed by then is left to the next start. */
const closeLimitMs = 9_500;

/** Closes and gives the exit code; a close that hangs ends as one that worked. */
export async function closeInTime(close: () => Promise<void>, limitMs = closeLimitMs): Promise<number> {
  const { promise: limit, resolve } = Promise.withResolvers<number>();
  const timer = setTimeout(() => resolve(0), limitMs);
  const closed = close().then(
    () => 0,
    () => 1,
  );
  const code = await Promise.race([closed, limit]);
  clearTimeout(timer);
  return code;
}
