import type { Clock } from '#shared/common/clock.ts';
import type { TaskStatus } from '#shared/horde/host/schema.ts';

/** What a run did, counted by name, e.g. `{ expired: 3 }`. */
export type TaskEffect = Readonly<Record<string, number>>;

/** Work that is due now and then. Running it twice does what running it once does. */
export interface Task {
  readonly name: string;
  readonly everyMs: number;
  run(now: number): Promise<TaskEffect>;
}

export interface TaskRunner {
  /** Runs each task whenever it is due, until `stop`. */
  start(): void;
  /** Begins nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
  /** Runs all tasks now, one after the other. @throws what a task throws */
  runAll(): Promise<void>;
  status(): readonly TaskStatus[];
}

export interface TaskRunnerOptions {
  readonly tasks: readonly Task[];
  readonly clock: Clock;
  /** Milliseconds that only grow, to measure with. */
  readonly stopwatch?: () => number;
  readonly onFailure: (name: string, error: unknown) => void;
}

/**
 * Runs the background tasks of a horde, each in its own rhythm and never twice at a time, and remembers
 * what they did (`queue.md` 7). A failure is told and tried again when the task is next due.
 */
export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const stopwatch = options.stopwatch ?? (() => performance.now());
  const runs = options.tasks.map((task) => new TaskRun(task, options.clock, stopwatch));
  const timers = new Set<NodeJS.Timeout>();
  const runAndTell = async (run: TaskRun): Promise<void> => {
    try {
      await run.now();
    } catch (error) {
      options.onFailure(run.task.name, error);
    }
  };
  return {
    start: () => {
      for (const run of runs) {
        timers.add(setInterval(() => void runAndTell(run), run.task.everyMs).unref());
      }
    },
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      timers.clear();
      await Promise.allSettled(runs.map(async (run) => run.current));
    },
    runAll: async () => {
      for (const run of runs) await run.now();
    },
    status: () => runs.map((run) => run.status()),
  };
}

class TaskRun {
  readonly task: Task;
  readonly #clock: Clock;
  readonly #stopwatch: () => number;
  #runs = 0;
  #failures = 0;
  #last: { at: number; durationMs: number; effect: TaskEffect; error: string | null } | undefined;
  current: Promise<void> | undefined;

  constructor(task: Task, clock: Clock, stopwatch: () => number) {
    this.task = task;
    this.#clock = clock;
    this.#stopwatch = stopwatch;
  }

  /** The run under way, or a new one. */
  now(): Promise<void> {
    this.current ??= this.#run().finally(() => (this.current = undefined));
    return this.current;
  }

  async #run(): Promise<void> {
    const at = this.#clock();
    const begun = this.#stopwatch();
    const note = (effect: TaskEffect, error: string | null) => {
      this.#last = { at, durationMs: this.#stopwatch() - begun, effect, error };
    };
    this.#runs += 1;
    try {
      note(await this.task.run(at), null);
    } catch (error) {
      this.#failures += 1;
      note({}, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  status(): TaskStatus {
    return {
      name: this.task.name,
      every_ms: this.task.everyMs,
      runs: this.#runs,
      failures: this.#failures,
      last_run: this.#last?.at ?? null,
      last_duration_ms: this.#last?.durationMs ?? null,
      last_effect: { ...this.#last?.effect },
      last_error: this.#last?.error ?? null,
    };
  }
}
