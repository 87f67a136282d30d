import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppDatabase } from '#main/db/database.ts';
import {
  isTargetingExcluding,
  type MatchingWorker,
  noneSkipped,
  refusalOfKey,
  refusalOfState,
  type SkippedCounts,
  skipReasonsOf,
} from '#shared/horde/jobs/match.ts';
import { Buckets } from './buckets.ts';
import { entryOf, type QueueEntry, type QueueRow } from './entry.ts';
import { RankedList } from './ranked-list.ts';

/** Where a request stands, itself included. */
export interface Place {
  /** From 1. */
  readonly position: number;
  readonly slots: number;
  readonly things: number;
}

/** What waits, and what runs. */
export interface QueueTotals {
  readonly requests: number;
  readonly slots: number;
  readonly running: number;
  /** Pixelsteps of both. */
  readonly things: number;
}

/** Waiting work that names a model. */
export interface ModelDemand {
  readonly things: number;
  readonly slots: number;
}

/**
 * The waiting requests in memory (`queue.md` 9.4): finding work, places and totals read nothing from
 * the database, which stays the truth. It follows committed changes; only `take` runs ahead of its
 * commit, so that two pops never choose the same slot.
 */
export interface HordeQueue {
  /** Reads what waits, without blocking. Call once before the first pop. */
  load(): Promise<void>;
  /** A request has entered the queue. */
  add(row: QueueRow): void;
  /** Takes up to `count` slots for a pop that now writes them. @returns the slots taken */
  take(id: string, count: number): number;
  /** Slots came back: never written, or given up by a worker. */
  giveBack(id: string, count: number): Promise<void>;
  /** Jobs were handed out. */
  started(jobIds: readonly string[], things: number): void;
  /** A job has ended, however it did. */
  ended(jobId: string): void;
  /** A request is over: cancelled, expired or done. */
  remove(id: string): void;
  /**
   * Requests that a worker may do, best first: the owner's, then those of prioritised users in their
   * order, then the rest (`queue.md` 3.1). Blacklist and upfront kudos are the caller's to test.
   */
  candidates(worker: MatchingWorker, prioritised: readonly number[]): Generator<QueueEntry>;
  /** Why requests were not handed out (`queue.md` 3.5). */
  skipped(worker: MatchingWorker): SkippedCounts;
  place(id: string): Place | undefined;
  totals(): QueueTotals;
  demand(): ReadonlyMap<string, ModelDemand>;
  /** Ids of a user's waiting requests. */
  idsOf(userId: number): string[];
  /** Open slots by request, to compare with the database. */
  open(): ReadonlyMap<string, number>;
}

const pageSize = 500;

export function createQueue(db: Pick<AppDatabase, 'read'>): HordeQueue {
  const entries = new Map<string, QueueEntry>();
  const ranked = new RankedList<QueueEntry>(({ open, things }) => ({ slots: open, things: open * things }));
  const byUser = new Map<number, RankedList<QueueEntry>>();
  const buckets = new Buckets();
  const demand = new Demand();
  const running = new Map<string, number>();
  let runningThings = 0;

  const enter = (entry: QueueEntry) => {
    ranked.add(entry);
    buckets.add(entry);
    const own = byUser.get(entry.userId) ?? new RankedList<QueueEntry>();
    own.add(entry);
    byUser.set(entry.userId, own);
  };
  const leave = (entry: QueueEntry) => {
    if (!ranked.delete(entry)) return;
    buckets.delete(entry);
    const own = byUser.get(entry.userId);
    own?.delete(entry);
    if (own?.size === 0) byUser.delete(entry.userId);
  };
  const setOpen = (entry: QueueEntry, open: number) => {
    demand.count(entry, open - entry.open);
    if (entry.open > 0 && open > 0) {
      ranked.change(entry, () => (entry.open = open));
    } else if (open > 0) {
      entry.open = open;
      enter(entry);
    } else {
      leave(entry);
      entry.open = 0;
    }
  };
  const add = (row: QueueRow) => {
    if (entries.has(row.id)) return;
    const entry = entryOf(row, (kind) => buckets.intern(kind));
    entries.set(row.id, entry);
    if (entry.open === 0) return;
    demand.count(entry, entry.open);
    enter(entry);
  };
  const read = () =>
    db.read
      .selectFrom('horde_requests')
      .select(['id', 'seq', 'score', 'user_id', 'shape', 'things', 'open_slots', 'base_kudos']);

  return {
    add,
    load: async () => {
      const jobs = await db.read
        .selectFrom('horde_jobs as j')
        .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
        .select(['j.id', 'r.things'])
        .where('j.state', '=', 'processing')
        .execute();
      for (const job of jobs) {
        running.set(job.id, job.things);
        runningThings += job.things;
      }
      for (let after = 0; ;) {
        const page = await read()
          .where('seq', '>', after)
          .where('open_slots', '>', 0)
          .orderBy('seq')
          .limit(pageSize)
          .execute();
        for (const row of page) add(row);
        const last = page.at(-1);
        if (!last) return;
        after = last.seq;
        await nextTurn();
      }
    },
    take: (id, count) => {
      const entry = entries.get(id);
      const taken = Math.min(entry?.open ?? 0, count);
      if (entry && taken > 0) setOpen(entry, entry.open - taken);
      return taken;
    },
    giveBack: async (id, count) => {
      if (count === 0) return;
      const entry = entries.get(id);
      if (entry) return setOpen(entry, entry.open + count);
      // It had no open slots when this process started.
      const row = await read().where('id', '=', id).executeTakeFirst();
      if (row) add(row);
    },
    started: (jobIds, things) => {
      for (const id of jobIds) {
        running.set(id, things);
        runningThings += things;
      }
    },
    ended: (jobId) => {
      runningThings -= running.get(jobId) ?? 0;
      running.delete(jobId);
    },
    remove: (id) => {
      const entry = entries.get(id);
      if (entry) setOpen(entry, 0);
      entries.delete(id);
    },
    candidates: (worker, prioritised) => candidates(worker, { prioritised, byUser, buckets }),
    skipped: (worker) => {
      const counts = {
        ...noneSkipped,
        worker_id: buckets.excluding(worker.id),
        models: buckets.withoutAny(worker.profile.models),
      };
      for (const { kind, size } of buckets.kinds()) {
        for (const reason of skipReasonsOf(kind, worker)) counts[reason] = (counts[reason] ?? 0) + size;
      }
      return counts;
    },
    place: (id) => {
      const entry = entries.get(id);
      if (!entry || entry.open === 0) return undefined;
      const { items, slots, things } = ranked.before(entry);
      return {
        position: items + 1,
        slots: slots + entry.open,
        things: things + entry.open * entry.things,
      };
    },
    totals: () => {
      const { items, slots, things } = ranked.total();
      return { requests: items, slots, running: running.size, things: things + runningThings };
    },
    demand: () => demand.byModel,
    idsOf: (userId) => [...(byUser.get(userId) ?? [])].map((entry) => entry.id),
    open: () => new Map([...ranked].map((entry) => [entry.id, entry.open])),
  };
}

/** Between two steps the queue may change: every step finds its place anew. */
function* candidates(
  worker: MatchingWorker,
  queue: {
    prioritised: readonly number[];
    byUser: ReadonlyMap<number, RankedList<QueueEntry>>;
    buckets: Buckets;
  },
): Generator<QueueEntry> {
  for (const userId of new Set([worker.ownerId, ...queue.prioritised])) {
    if (refusalOfState(userId, worker) !== undefined) continue;
    const own = queue.byUser.get(userId);
    for (let entry = own?.first(); entry; entry = own?.after(entry)) {
      if (isTargetingExcluding(entry, worker.id) || refusalOfKey(entry.key, worker) !== undefined) continue;
      yield entry;
    }
  }
  if (worker.isInMaintenance || worker.isPaused) return;
  yield* inOrder(queue.buckets.listsFor(worker), worker);
}

/** The lists of a worker merged by rank. */
function* inOrder(lists: readonly RankedList<QueueEntry>[], worker: MatchingWorker): Generator<QueueEntry> {
  const heads = lists.map((list) => ({ list, entry: list.first() }));
  for (;;) {
    let best: (typeof heads)[number] | undefined;
    for (const head of heads) if (head.entry && isBefore(head.entry, best?.entry)) best = head;
    if (!best?.entry) return;
    const { entry } = best;
    const isFit = refusalOfKey(entry.key, worker) === undefined && !isTargetingExcluding(entry, worker.id);
    if (isFit) yield entry;
    best.entry = best.list.after(entry);
  }
}

function isBefore(a: QueueEntry, b: QueueEntry | undefined): boolean {
  return b === undefined || a.score > b.score || (a.score === b.score && a.seq < b.seq);
}

/** Requests that name several models count for each of them. */
class Demand {
  readonly byModel = new Map<string, { things: number; slots: number }>();

  count({ key, things }: QueueEntry, slots: number): void {
    for (const model of key.models) {
      const known = this.byModel.get(model) ?? { things: 0, slots: 0 };
      known.things += things * slots;
      known.slots += slots;
      if (known.slots === 0) this.byModel.delete(model);
      else this.byModel.set(model, known);
    }
  }
}
