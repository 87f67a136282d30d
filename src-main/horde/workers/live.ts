import type { Clock } from '#shared/common/clock.ts';
import type { MatchingWorker } from '#shared/horde/jobs/match.ts';
import type { Profiles, WorkerKind } from '#shared/horde/workers/profile.ts';

/** A worker of a kind, seen in the last five minutes. */
export interface LiveWorker<K extends WorkerKind> extends MatchingWorker<Profiles[K]> {
  readonly kind: K;
  readonly name: string;
  readonly lastCheckIn: number;
  readonly maintenanceMessage: string | null;
  /** Mean of its newest jobs: pixelsteps or tokens a second, or seconds a form. */
  readonly speed: number;
}

/** A live worker of whatever kind. */
export type AnyLiveWorker = { readonly [K in WorkerKind]: LiveWorker<K> }[WorkerKind];

/** How long after its last check-in a worker counts as online. */
export const onlineMs = 300_000;
const sweepMs = 1_000;

/** The power of all online workers of a kind together. */
export interface Power {
  readonly workers: number;
  readonly threads: number;
  /** Mean speed of a worker. */
  readonly meanSpeed: number;
}

/**
 * The profiles of the last pops of one kind of worker, in memory (`queue.md` 4.3): matching never reads
 * a stored one.
 */
export class LiveWorkers<K extends WorkerKind> {
  readonly #clock: Clock;
  readonly #offers: (profile: Profiles[K]) => readonly string[];
  readonly #byId = new Map<string, LiveWorker<K>>();
  readonly #byOffer = new Map<string, Map<string, LiveWorker<K>>>();
  #version = 0;
  #swept = Number.NEGATIVE_INFINITY;
  #power: { at: number; version: number; value: Power } | undefined;

  /** @param offers the names by which work finds a worker: its models, or its forms */
  constructor(clock: Clock, offers: (profile: Profiles[K]) => readonly string[]) {
    this.#clock = clock;
    this.#offers = offers;
  }

  /** Grows whenever a capability changes: what was concluded from workers before is stale. */
  get version(): number {
    this.#sweep();
    return this.#version;
  }

  get(id: string): LiveWorker<K> | undefined {
    const found = this.#byId.get(id);
    return found && this.#isOnline(found) ? found : undefined;
  }

  set(worker: LiveWorker<K>): void {
    const before = this.#byId.get(worker.id);
    if (before) this.#unlist(before);
    this.#byId.set(worker.id, worker);
    for (const name of this.#offers(worker.profile)) {
      const others = this.#byOffer.get(name) ?? new Map<string, LiveWorker<K>>();
      this.#byOffer.set(name, others.set(worker.id, worker));
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

  all(): IterableIterator<LiveWorker<K>> {
    this.#sweep();
    return this.#byId.values();
  }

  /** Online workers that offer one of the names; all of them for none. */
  *offering(names: readonly string[]): Generator<LiveWorker<K>> {
    this.#sweep();
    if (names.length === 0) yield* this.#byId.values();
    for (const name of names) yield* this.#byOffer.get(name)?.values() ?? [];
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

  #isOnline(worker: LiveWorker<K>): boolean {
    return this.#clock() - worker.lastCheckIn <= onlineMs;
  }

  /** Lets go of who is no longer online; at most once a second. */
  #sweep(): void {
    const now = this.#clock();
    if (now - this.#swept < sweepMs) return;
    this.#swept = now;
    for (const worker of this.#byId.values()) if (!this.#isOnline(worker)) this.delete(worker.id);
  }

  #unlist(worker: LiveWorker<K>): void {
    for (const name of this.#offers(worker.profile)) {
      const others = this.#byOffer.get(name);
      others?.delete(worker.id);
      if (others?.size === 0) this.#byOffer.delete(name);
    }
  }
}

function capabilitiesOf(worker: LiveWorker<WorkerKind>): string {
  return JSON.stringify([
    worker.profile,
    worker.isInMaintenance,
    worker.isPaused,
    worker.isOwnerTrusted,
    worker.isSlow,
  ]);
}
