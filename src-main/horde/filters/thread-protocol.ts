import type { Match, Question, Substitution, Verdict } from '#shared/horde/filters/judge.ts';

/** A filter on its way to the thread. `pattern` has passed `checkPattern`. */
export interface PlainFilter {
  readonly id: number;
  readonly type: number;
  readonly pattern: string;
  readonly replacement: string;
}

/** What the thread is told: the filters that hold from now on, or work for them. */
export type ToThread =
  | { readonly type: 'filters'; readonly filters: readonly PlainFilter[] }
  | { readonly type: 'tasks'; readonly tasks: readonly Task[] };

/** A prompt to judge, or one of which a moderator wants the matches. */
export type Task =
  | {
      readonly type: 'judge';
      readonly question: Question;
      readonly substitutions: 'none' | 'mature' | 'tagged';
    }
  | { readonly type: 'matches'; readonly prompt: string }
  | { readonly type: 'probe'; readonly pattern: string; readonly texts: readonly string[] };

export type TaskResult =
  | { readonly type: 'judge'; readonly verdict: Verdict }
  | { readonly type: 'matches'; readonly matches: readonly Match[] }
  | { readonly type: 'probe' }
  /** The task threw, which none should. */
  | { readonly type: 'failed'; readonly message: string };

/** Results of one batch, in its order. */
export interface FromThread {
  readonly results: readonly TaskResult[];
}

/** Places of the shared memory in which the thread says where it is: its task and its filter. */
export const progress = {
  /** Grows with every task begun, over all batches. */
  tasksBegun: 0,
  /** Grows with every filter begun. */
  filtersBegun: 1,
  /** Index of the task in its batch. */
  task: 2,
  /** Index of the filter in the set; -1 outside of filters. */
  filter: 3,
  length: 4,
} as const;

export type Substitutions = readonly Substitution[];
