import { type MatchingWorker, type MatchRule, refusalOfKind } from '#shared/horde/jobs/match.ts';
import type { ModelProfile } from '#shared/horde/workers/profile.ts';
import { type QueueEntry, whitelistOf } from './entry.ts';
import { RankedList } from './ranked-list.ts';

/** Waiting requests of one kind. */
export interface KindCount<Kind> {
  readonly kind: Kind;
  size: number;
}

type Lists<Kind> = Map<Kind, RankedList<QueueEntry<Kind>>>;

/** Requests that name the same two models or more. */
interface ModelSet {
  readonly models: readonly string[];
  size: number;
}

/** Under this name wait the requests that name no model; it is too short for one. */
const anyModel = '';

/**
 * The waiting requests of a horde by model and kind (`queue.md` 9.4): what a worker may do is found
 * without looking at any request that it may not. A request that names two models waits in two lists;
 * one that names its workers waits in a list for each of those instead.
 */
export class Buckets<Kind, P extends ModelProfile> {
  readonly #rules: ReadonlyArray<MatchRule<Kind, P, string>>;
  readonly #kinds = new Map<string, Kind>();
  readonly #sizes = new Map<Kind, KindCount<Kind>>();
  readonly #byModel = new Map<string, Lists<Kind>>();
  readonly #ofWorker = new Map<string, RankedList<QueueEntry<Kind>>>();
  readonly #excluding = new Map<string, number>();
  readonly #models = new ModelCounts();
  #targeted = 0;

  constructor(rules: ReadonlyArray<MatchRule<Kind, P, string>>) {
    this.#rules = rules;
  }

  /** The one object that stands for a kind: entries share it and lists are found by it. */
  intern(kind: Kind): Kind {
    const id = JSON.stringify(kind);
    const known = this.#kinds.get(id) ?? kind;
    this.#kinds.set(id, known);
    return known;
  }

  add(entry: QueueEntry<Kind>): void {
    this.#count(entry, 1);
    const workers = whitelistOf(entry);
    if (workers.length === 0) for (const model of namesOf(entry)) this.#listOf(model, entry).add(entry);
    for (const worker of workers) {
      const list = this.#ofWorker.get(worker) ?? new RankedList<QueueEntry<Kind>>();
      list.add(entry);
      this.#ofWorker.set(worker, list);
    }
  }

  delete(entry: QueueEntry<Kind>): void {
    this.#count(entry, -1);
    const workers = whitelistOf(entry);
    if (workers.length === 0) for (const model of namesOf(entry)) this.#deleteFrom(model, entry);
    for (const worker of workers) {
      const list = this.#ofWorker.get(worker);
      list?.delete(entry);
      if (list?.size === 0) this.#ofWorker.delete(worker);
    }
  }

  kinds(): Iterable<KindCount<Kind>> {
    return this.#sizes.values();
  }

  /** Lists in which something waits for a worker, of its models and its own. */
  listsFor(worker: MatchingWorker<P>): RankedList<QueueEntry<Kind>>[] {
    const fits = new Map<Kind, boolean>();
    const isFit = (kind: Kind): boolean => {
      const known = fits.get(kind);
      if (known !== undefined) return known;
      const verdict = refusalOfKind({ rules: this.#rules }, kind, worker) === undefined;
      fits.set(kind, verdict);
      return verdict;
    };
    const found: RankedList<QueueEntry<Kind>>[] = [];
    for (const model of [anyModel, ...worker.profile.models]) {
      const lists = this.#byModel.get(model);
      if (lists) for (const [kind, list] of lists) if (isFit(kind)) found.push(list);
    }
    const own = this.#ofWorker.get(worker.id);
    if (own) found.push(own);
    return found;
  }

  /** Requests whose list of workers keeps this one out. */
  excluding(workerId: string): number {
    const naming = this.#ofWorker.get(workerId)?.size ?? 0;
    return this.#targeted - naming + (this.#excluding.get(workerId) ?? 0);
  }

  /** Requests that name models, but none of these. */
  withoutAny(models: readonly string[]): number {
    return this.#models.withoutAny(models);
  }

  #forget({ kind }: KindCount<Kind>): void {
    this.#sizes.delete(kind);
    this.#kinds.delete(JSON.stringify(kind));
  }

  #listOf(model: string, { key }: QueueEntry<Kind>): RankedList<QueueEntry<Kind>> {
    const lists: Lists<Kind> = this.#byModel.get(model) ?? new Map();
    this.#byModel.set(model, lists);
    const list = lists.get(key.kind) ?? new RankedList<QueueEntry<Kind>>();
    lists.set(key.kind, list);
    return list;
  }

  #deleteFrom(model: string, entry: QueueEntry<Kind>): void {
    const lists = this.#byModel.get(model);
    const list = lists?.get(entry.key.kind);
    list?.delete(entry);
    if (list?.size === 0) lists?.delete(entry.key.kind);
    if (lists?.size === 0) this.#byModel.delete(model);
  }

  #count(entry: QueueEntry<Kind>, change: 1 | -1): void {
    const { kind } = entry.key;
    const counted = this.#sizes.get(kind) ?? { kind, size: 0 };
    counted.size += change;
    if (counted.size === 0) this.#forget(counted);
    else this.#sizes.set(kind, counted);
    if (whitelistOf(entry).length > 0) this.#targeted += change;
    this.#models.count(entry.key.models, change);
    for (const worker of entry.workerBlacklist ? entry.workers : []) {
      addTo(this.#excluding, worker, change);
    }
  }
}

/** How many requests name which models, so that a miss need not look at them. */
class ModelCounts {
  readonly #alone = new Map<string, number>();
  readonly #sets = new Map<string, ModelSet>();
  readonly #setsOf = new Map<string, Set<ModelSet>>();
  #naming = 0;

  count(models: readonly string[], change: 1 | -1): void {
    const [only] = models;
    if (only === undefined) return;
    this.#naming += change;
    if (models.length === 1) return addTo(this.#alone, only, change);
    const id = [...models].sort().join('\n');
    const set = this.#sets.get(id) ?? { models, size: 0 };
    set.size += change;
    if (set.size === 0) this.#sets.delete(id);
    else this.#sets.set(id, set);
    for (const model of models) {
      const sets = this.#setsOf.get(model) ?? new Set();
      if (set.size === 0) sets.delete(set);
      else sets.add(set);
      if (sets.size === 0) this.#setsOf.delete(model);
      else this.#setsOf.set(model, sets);
    }
  }

  withoutAny(models: readonly string[]): number {
    let having = 0;
    const seen = new Set<ModelSet>();
    for (const model of models) {
      having += this.#alone.get(model) ?? 0;
      for (const set of this.#setsOf.get(model) ?? []) {
        if (!seen.has(set)) having += set.size;
        seen.add(set);
      }
    }
    return this.#naming - having;
  }
}

function namesOf({ key }: QueueEntry<unknown>): readonly string[] {
  return key.models.length === 0 ? [anyModel] : key.models;
}

function addTo(counts: Map<string, number>, name: string, change: number): void {
  const count = (counts.get(name) ?? 0) + change;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}
