import type { Clock } from '#shared/common/clock.ts';
import { type MatchingWorker, slowWorkerSpeed } from '#shared/horde/jobs/match.ts';

/** A worker seen in the last five minutes. */
export interface LiveWorker extends MatchingWorker {
  readonly name: string;
  readonly lastCheckIn: number;
  readonly maintenanceMessage: string | null;
}

/** How long after its last check-in a worker counts as online. */
export const onlineMs = 300_000;
const sweepMs = 1_000;

/** The power of all online workers together. */
export interface Power {
  readonly workers: number;
  readonly threads: number;
  /** Mean pixelsteps a second of a worker. */
  readonly meanSpeed: number;
}

/** The profiles of the last pops, in memory (`queue.md` 4.3): matching never reads a stored one. */
export class LiveWorkers {
  readonly #clock: Clock;
  readonly #byId = new Map<string, LiveWorker>();
  readonly #byModel = new Map<string, Map<string, LiveWorker>>();
  #version = 0;
  #swept = Number.NEGATIVE_INFINITY;
  #power: { at: number; version: number; value: Power } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Grows whenever a capability changes: what was concluded from workers before is stale. */
  get version(): number {
    this.#sweep();
    return this.#version;
  }

  get(id: string): LiveWorker | undefined {
    const found = this.#byId.get(id);
    return found && this.#isOnline(found) ? found : undefined;
  }

  set(worker: LiveWorker): void {
    const before = this.#byId.get(worker.id);
    if (before) this.#unlist(before);
    this.#byId.set(worker.id, worker);
    for (const model of worker.profile.models) {
      const others = this.#byModel.get(model) ?? new Map<string, LiveWorker>();
      this.#byModel.set(model, others.set(worker.id, worker));
    }
    if (!before || capabilitiesOf(before) !== capabilitiesOf(worker)) this.#version += 1;
  }

  delete(id: string): void {
    const before = this.#byId.get(id);
    if (!before) return;
    this.#unlist(before);
    this.#byId.delete(id);
    this.#version += 1;
  }

  all(): IterableIterator<LiveWorker> {
    this.#sweep();
    return this.#byId.values();
  }

  /** Online workers that offer one of the models; all of them for a request that names none. */
  *offering(models: readonly string[]): Generator<LiveWorker> {
    this.#sweep();
    if (models.length === 0) yield* this.#byId.values();
    for (const model of models) yield* this.#byModel.get(model)?.values() ?? [];
  }

  /** At most a second old. */
  power(): Power {
    const now = this.#clock();
    if (this.#power && this.#power.version === this.version && now - this.#power.at < sweepMs) {
      return this.#power.value;
    }
    let [threads, speed, workers] = [0, 0, 0];
    for (const worker of this.all()) {
      workers += 1;
      threads += worker.profile.threads;
      speed += worker.speed;
    }
    const value = { workers, threads, meanSpeed: workers === 0 ? 0 : speed / workers };
    this.#power = { at: now, version: this.#version, value };
    return value;
  }

  #isOnline(worker: LiveWorker): boolean {
    return this.#clock() - worker.lastCheckIn <= onlineMs;
  }

  /** Lets go of who is no longer online; at most once a second. */
  #sweep(): void {
    const now = this.#clock();
    if (now - this.#swept < sweepMs) return;
    this.#swept = now;
    for (const worker of this.#byId.values()) if (!this.#isOnline(worker)) this.delete(worker.id);
  }

  #unlist(worker: LiveWorker): void {
    for (const model of worker.profile.models) {
      const others = this.#byModel.get(model);
      others?.delete(worker.id);
      if (others?.size === 0) this.#byModel.delete(model);
    }
  }
}

function capabilitiesOf(worker: LiveWorker): string {
  return JSON.stringify([
    worker.profile,
    worker.isInMaintenance,
    worker.isPaused,
    worker.isOwnerTrusted,
    worker.speed >= slowWorkerSpeed,
  ]);
}
