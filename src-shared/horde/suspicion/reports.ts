/** How many reports of abuse are told to moderators: more than these (GEN-05). */
export interface ProblemLimits {
  readonly perHour: number;
  readonly perDay: number;
}
export const defaultProblemLimits: ProblemLimits = { perHour: 3, perDay: 10 };

const hourMs = 3_600_000;

/** Windows that reports are counted in, by name. */
export const problemWindows = [
  { name: 'hour', lengthMs: hourMs, limit: 'perHour' },
  { name: 'day', lengthMs: 24 * hourMs, limit: 'perDay' },
] as const satisfies ReadonlyArray<{ name: string; lengthMs: number; limit: keyof ProblemLimits }>;
