/** What came of the same call for many values. */
export interface Settled<R> {
  readonly done: readonly R[];
  readonly failed: number;
}

/**
 * Calls `act` for each value, at most `atOnce` at a time, and counts what failed instead of stopping.
 * Results keep the order of the values.
 */
export async function settleEach<T, R>(
  values: readonly T[],
  act: (value: T) => Promise<R>,
  atOnce = 4,
): Promise<Settled<R>> {
  const results: (R | undefined)[] = [];
  const queue = values.entries();
  let failed = 0;
  const work = async (): Promise<void> => {
    for (const [at, value] of queue) {
      try {
        results[at] = await act(value);
      } catch {
        failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, values.length) }, work));
  return { done: results.filter((result) => result !== undefined), failed };
}
