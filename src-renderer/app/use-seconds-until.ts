import { useEffect, useState } from 'react';

const secondsUntil = (at: number): number => Math.max(1, Math.ceil((at - Date.now()) / 1000));

/** Whole seconds until a moment in epoch milliseconds, counting down; `undefined` without a moment. */
export function useSecondsUntil(at: number | null): number | undefined {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (at === null) return undefined;
    const timer = setInterval(() => setTick((tick) => tick + 1), 250);
    return () => clearInterval(timer);
  }, [at]);
  return at === null ? undefined : secondsUntil(at);
}
