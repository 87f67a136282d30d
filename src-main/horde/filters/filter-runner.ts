import { Worker } from 'node:worker_threads';
import { filterThreadUrl } from './filter-thread-url.ts';
import {
  type FromThread,
  type PlainFilter,
  progress,
  type Task,
  type TaskResult,
  type ToThread,
} from './thread-protocol.ts';

/** What came of a task; `hung` when it took longer than its budget or brought the thread down. */
export type Outcome = TaskResult | { readonly type: 'hung' };

export interface FilterRunnerOptions {
  /** What one task may take, from when the thread begins it. */
  readonly budgetMs?: number;
  /** Called when a task hung; with the filter it hung in, if it was one. */
  readonly onHang: (filterId: number | undefined) => void;
  /** The file of the thread; the one beside this module by default. */
  readonly thread?: URL;
}

interface Pending {
  readonly task: Task;
  /** It hung once and has a batch of its own: a thread may also stall because the machine does. */
  readonly isRetry?: boolean;
  readonly resolve: (outcome: Outcome) => void;
}

/** Where the thread was when it was last looked at, and since when it has been there. */
interface Sighting {
  readonly count: number;
  readonly since: number;
  /** How often it was seen there since. */
  readonly looks: number;
}

const defaultBudgetMs = 50;
/** What the thread may take until it begins its first task. */
const startBudgetMs = 10_000;
const maxBatch = 64;
const looksPerBudget = 4;
const memoryMb = 128;

/**
 * A worker thread that matches filters, and the watch over it (`decisions.md` 36, T-THR-12). Tasks that
 * come together travel together. A task that takes longer than its budget is ended with the thread, tried
 * once more alone in a new one, and then given up; what waited with it runs in the new one too.
 */
export class FilterRunner {
  readonly #options: FilterRunnerOptions;
  readonly #budgetMs: number;
  #filters: readonly PlainFilter[] = [];
  #thread: { worker: Worker; place: Int32Array; isCurrent: boolean } | undefined;
  #waiting: Pending[] = [];
  #running: readonly Pending[] = [];
  #watch: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: FilterRunnerOptions) {
    this.#options = options;
    this.#budgetMs = options.budgetMs ?? defaultBudgetMs;
  }

  /** Filters for every task from now on. Their patterns have passed `checkPattern`. */
  setFilters(filters: readonly PlainFilter[]): void {
    this.#filters = filters;
    if (this.#thread) this.#thread.isCurrent = false;
  }

  run(task: Task): Promise<Outcome> {
    if (this.#isClosed) return Promise.resolve({ type: 'failed', message: 'the filters are closed' });
    return new Promise((resolve) => {
      this.#waiting.push({ task, resolve });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#watch);
    const left = [...this.#running, ...this.#waiting];
    this.#running = [];
    this.#waiting = [];
    for (const { resolve } of left) resolve({ type: 'failed', message: 'the filters are closed' });
    await this.#thread?.worker.terminate();
    this.#thread = undefined;
  }

  #next(): void {
    if (this.#running.length > 0 || this.#waiting.length === 0) return;
    const thread = (this.#thread ??= this.#start());
    if (!thread.isCurrent) {
      thread.worker.postMessage({ type: 'filters', filters: this.#filters } satisfies ToThread);
      thread.isCurrent = true;
    }
    const isRetry = this.#waiting[0]?.isRetry === true;
    this.#running = this.#waiting.splice(0, isRetry ? 1 : maxBatch);
    const tasks = this.#running.map((pending) => pending.task);
    thread.worker.ref();
    thread.worker.postMessage({ type: 'tasks', tasks } satisfies ToThread);
    this.#watchOver(thread.place);
  }

  #start() {
    const memory = new SharedArrayBuffer(progress.length * Int32Array.BYTES_PER_ELEMENT);
    const worker = new Worker(this.#options.thread ?? filterThreadUrl(import.meta.url), {
      workerData: { memory },
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: 4 },
    });
    const thread = { worker, place: new Int32Array(memory), isCurrent: false };
    const isStillOurs = () => this.#thread === thread;
    worker.on('message', ({ results }: FromThread) => {
      if (isStillOurs()) this.#finish(results);
    });
    // An error is followed by the exit.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      if (isStillOurs()) this.#fell(thread.place);
    });
    return thread;
  }

  #finish(results: readonly TaskResult[]): void {
    clearInterval(this.#watch);
    const done = this.#running;
    this.#running = [];
    this.#thread?.worker.unref();
    for (const [index, { resolve }] of done.entries()) {
      resolve(results[index] ?? { type: 'failed', message: 'no result' });
    }
    this.#next();
  }

  /** Looks where the thread is until its batch is done. */
  #watchOver(place: Int32Array): void {
    clearInterval(this.#watch);
    const before = Atomics.load(place, progress.tasksBegun);
    let task: Sighting = { count: before, since: performance.now(), looks: 0 };
    let filter: Sighting = {
      count: Atomics.load(place, progress.filtersBegun),
      since: performance.now(),
      looks: 0,
    };
    this.#watch = setInterval(() => {
      const now = performance.now();
      task = seen(task, Atomics.load(place, progress.tasksBegun), now);
      filter = seen(filter, Atomics.load(place, progress.filtersBegun), now);
      const allowed = task.count === before ? startBudgetMs : this.#budgetMs;
      // Where core itself comes to look too seldom, the machine stalls and not the thread.
      if (now - task.since < allowed || task.looks < looksPerBudget) return;
      const isLongInFilter = now - filter.since >= this.#budgetMs / 2;
      this.#end(place, isLongInFilter ? this.#filterAt(place) : undefined);
    }, this.#budgetMs / looksPerBudget);
  }

  #filterAt(place: Int32Array): number | undefined {
    return this.#filters[Atomics.load(place, progress.filter)]?.id;
  }

  /** Ends a thread that hangs; what it had not hung in runs anew. */
  #end(place: Int32Array, filterId: number | undefined): void {
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.worker.terminate();
    this.#giveUp(place, filterId);
    this.#next();
  }

  /** The thread ended by itself: out of memory, or it could not start. */
  #fell(place: Int32Array): void {
    this.#thread = undefined;
    const hasBegun = Atomics.load(place, progress.tasksBegun) > 0;
    if (this.#running.length === 0) return;
    if (hasBegun) {
      this.#giveUp(place, this.#filterAt(place));
    } else {
      // A thread that never begins would fall again and again: nothing is tried twice.
      clearInterval(this.#watch);
      for (const { resolve } of this.#running)
        resolve({ type: 'failed', message: 'the thread did not start' });
      this.#running = [];
    }
    this.#next();
  }

  #giveUp(place: Int32Array, filterId: number | undefined): void {
    clearInterval(this.#watch);
    const culprit = this.#running[Atomics.load(place, progress.task)];
    const others = this.#running.filter((pending) => pending !== culprit);
    this.#running = [];
    if (culprit && culprit.isRetry !== true) {
      this.#waiting = [{ ...culprit, isRetry: true }, ...others, ...this.#waiting];
      return;
    }
    this.#waiting = [...others, ...this.#waiting];
    culprit?.resolve({ type: 'hung' });
    this.#options.onHang(filterId);
  }
}

function seen(last: Sighting, count: number, now: number): Sighting {
  return last.count === count ? { ...last, looks: last.looks + 1 } : { count, since: now, looks: 0 };
}
