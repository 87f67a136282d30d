import type { Figure } from './report.ts';

/** What a part of the benchmark gets to work with. */
export interface BenchContext {
  /** A folder for this part alone, removed afterwards. */
  readonly folder: string;
  /** Where profiles of the measured processes go, when they are wanted. */
  readonly profileDir: string | undefined;
  /** Says on standard error what is being done. */
  readonly say: (text: string) => void;
}

export type Part = (context: BenchContext) => Promise<Figure[]>;
