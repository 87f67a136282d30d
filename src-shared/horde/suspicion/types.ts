/** What makes an account or a worker suspect (`accounts-and-safety.md` 3.1), by its code in the database. */
export const suspicionCodes = {
  WORKER_NAME_LONG: 0,
  WORKER_NAME_EXTREME: 1,
  WORKER_PROFANITY: 2,
  UNSAFE_IP: 3,
  EXTREME_MAX_PIXELS: 4,
  UNREASONABLY_FAST: 5,
  USERNAME_LONG: 6,
  USERNAME_PROFANITY: 7,
  CORRUPT_PROMPT: 8,
  TOO_MANY_JOBS_ABORTED: 9,
} as const;

export type SuspicionType = keyof typeof suspicionCodes;

/** Types that are found with a worker and count for its owner as well. */
export type WorkerSuspicionType = Exclude<
  SuspicionType,
  'USERNAME_LONG' | 'USERNAME_PROFANITY' | 'CORRUPT_PROMPT'
>;

const repeating: ReadonlySet<SuspicionType> = new Set(['UNREASONABLY_FAST', 'TOO_MANY_JOBS_ABORTED']);

/** Whether a second report of a type counts as another point. */
export function isRepeating(type: SuspicionType): boolean {
  return repeating.has(type);
}

/** The type of a stored code; undefined for one that a later version wrote. */
export function suspicionType(code: number): SuspicionType | undefined {
  const found = Object.entries(suspicionCodes).find(([, known]) => known === code);
  // The keys of the table are its type's.
  return found?.[0] as SuspicionType | undefined;
}
