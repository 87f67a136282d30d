/** Something with a place in a queue: higher scores first, then who came first. */
export interface Ranked {
  readonly score: number;
  readonly seq: number;
}

/** What the items before another one amount to. */
export interface Weight {
  readonly items: number;
  readonly slots: number;
  readonly things: number;
}

interface Chunk<T> {
  items: T[];
  slots: number;
  things: number;
}

const maxChunk = 512;

/** Negative when `a` stands before `b`. */
function compare(a: Ranked, b: Ranked): number {
  return b.score - a.score || a.seq - b.seq;
}

/**
 * An ordered list in short chunks with sums: adding, taking out and finding a place cost about the
 * root of its length, also when it is long (`queue.md` 9.5).
 */
export class RankedList<T extends Ranked> {
  readonly #weigh: (item: T) => { slots: number; things: number };
  #chunks: Chunk<T>[] = [];
  #size = 0;

  constructor(weigh: (item: T) => { slots: number; things: number } = () => ({ slots: 0, things: 0 })) {
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#size;
  }

  first(): T | undefined {
    return this.#chunks[0]?.items[0];
  }

  /** The item that follows a place, whether or not something stands there. */
  after(place: Ranked): T | undefined {
    let at = this.#chunkOf(place);
    for (let chunk = this.#chunks[at]; chunk; chunk = this.#chunks[(at += 1)]) {
      let index = indexIn(chunk.items, place);
      const found = chunk.items[index];
      if (found && compare(found, place) === 0) index += 1;
      const next = chunk.items[index];
      if (next) return next;
    }
    return undefined;
  }

  add(item: T): void {
    let at = this.#chunkOf(item);
    if (at === this.#chunks.length) at = Math.max(0, at - 1);
    const chunk = (this.#chunks[at] ??= { items: [], slots: 0, things: 0 });
    chunk.items.splice(indexIn(chunk.items, item), 0, item);
    this.#size += 1;
    this.#weighIn(chunk, item, 1);
    if (chunk.items.length > maxChunk) this.#split(at, chunk);
  }

  /** @returns whether it was there */
  delete(item: T): boolean {
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at];
    const index = chunk ? indexIn(chunk.items, item) : -1;
    if (chunk?.items[index] !== item) return false;
    chunk.items.splice(index, 1);
    this.#size -= 1;
    this.#weighIn(chunk, item, -1);
    if (chunk.items.length === 0) this.#chunks.splice(at, 1);
    return true;
  }

  /** Changes what an item weighs; its place must stay. */
  change(item: T, apply: () => void): void {
    const chunk = this.#chunks[this.#chunkOf(item)];
    if (chunk) this.#weighIn(chunk, item, -1);
    apply();
    if (chunk) this.#weighIn(chunk, item, 1);
  }

  /** Sums of everything before an item of the list. */
  before(item: T): Weight {
    const sum = { items: 0, slots: 0, things: 0 };
    const at = this.#chunkOf(item);
    for (let index = 0; index < at; index += 1) addChunk(sum, this.#chunks[index]);
    for (const other of this.#chunks[at]?.items ?? []) {
      if (compare(other, item) >= 0) break;
      const { slots, things } = this.#weigh(other);
      sum.items += 1;
      sum.slots += slots;
      sum.things += things;
    }
    return sum;
  }

  total(): Weight {
    const sum = { items: 0, slots: 0, things: 0 };
    for (const chunk of this.#chunks) addChunk(sum, chunk);
    return sum;
  }

  *[Symbol.iterator](): Generator<T> {
    for (const chunk of this.#chunks) yield* chunk.items;
  }

  #weighIn(chunk: Chunk<T>, item: T, sign: 1 | -1): void {
    const { slots, things } = this.#weigh(item);
    chunk.slots += sign * slots;
    chunk.things += sign * things;
  }

  #split(at: number, chunk: Chunk<T>): void {
    const rest: Chunk<T> = { items: chunk.items.splice(maxChunk / 2), slots: 0, things: 0 };
    for (const item of rest.items) {
      this.#weighIn(chunk, item, -1);
      this.#weighIn(rest, item, 1);
    }
    this.#chunks.splice(at + 1, 0, rest);
  }

  /** The first chunk whose last item does not stand before the place. */
  #chunkOf(place: Ranked): number {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.#chunks[middle]?.items.at(-1);
      if (last && compare(last, place) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function indexIn(items: readonly Ranked[], place: Ranked): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item && compare(item, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function addChunk(
  sum: { items: number; slots: number; things: number },
  chunk: Chunk<unknown> | undefined,
): void {
  sum.items += chunk?.items.length ?? 0;
  sum.slots += chunk?.slots ?? 0;
  sum.things += chunk?.things ?? 0;
}
