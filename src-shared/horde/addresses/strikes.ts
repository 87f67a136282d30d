const minuteMs = 60_000;
/** How long strikes are remembered after the last one (STR-02). */
export const strikeMemoryMs = 24 * 60 * minuteMs;
/** The longest timeout that strikes alone bring (STR-06). */
export const maxAutomaticMs = 24 * 60 * minuteMs;
/** How long a proxy's own strikes are remembered, and how many are too many (STR-04). */
export const proxyMemoryMs = 60 * minuteMs;
export const proxyLimit = 10;

/** Terms that the host grants to addresses of its own services (STR-03). */
export const softTerms = { memoryMs: 60 * minuteMs, maxTimeoutMs: 5 * minuteMs } as const;

export interface Strikes {
  readonly strikes: number;
  readonly expires: number;
}

/** How long one more strike shuts out: 3, 9, 15, 21 minutes and so on (STR-01). */
export function timeoutMsOf(earlierStrikes: number): number {
  return (2 * earlierStrikes + 1) * 3 * minuteMs;
}

/** What is remembered after one more strike, and until when its holder is shut out. */
export function afterStrike(
  before: Strikes | undefined,
  now: number,
  terms: { readonly memoryMs: number; readonly maxTimeoutMs: number } = {
    memoryMs: strikeMemoryMs,
    maxTimeoutMs: maxAutomaticMs,
  },
): { readonly strikes: Strikes; readonly timeoutExpires: number } {
  const earlier = before && before.expires > now ? before.strikes : 0;
  return {
    strikes: { strikes: earlier + 1, expires: now + terms.memoryMs },
    timeoutExpires: now + Math.min(timeoutMsOf(earlier), terms.maxTimeoutMs),
  };
}

const fourDaysSeconds = 4 * 24 * 3600;

/** What a caller in timeout is told; beyond four days not how long (ADR-05). */
export function timeoutMessage(seconds: number): string {
  const reason = 'This address may not use this horde for now.';
  return seconds > fourDaysSeconds ? reason : `${reason} Try again in ${seconds} seconds.`;
}
