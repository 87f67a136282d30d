import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppDatabase } from '#main/db/database.ts';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import {
  isTargetingExcluding,
  type Matching,
  type MatchingWorker,
  type MatchRule,
  refusalOfKey,
  refusalOfState,
  skipReasonsOf,
} from '#shared/horde/jobs/match.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';
import type { ModelProfile } from '#shared/horde/workers/profile.ts';
import { Buckets } from './buckets.ts';
import { entryOf, type QueueEntry, type QueueRow } from './entry.ts';
import { createFollower } from './follow.ts';
import { type Ranked, RankedList } from './ranked-list.ts';

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
  /** Pixelsteps or tokens of both. */
  readonly things: number;
}

/** Waiting work that names a model. */
export interface ModelDemand {
  readonly things: number;
  readonly slots: number;
}

/** Figures of a queue, whatever waits in it. */
export interface QueueFigures {
  place(id: string): Place | undefined;
  totals(): QueueTotals;
  demand(): ReadonlyMap<string, ModelDemand>;
  /** Ids of a user's waiting requests. */
  idsOf(userId: number): string[];
  /** Open slots by request, to compare with the database. */
  open(): ReadonlyMap<string, number>;
}

/** What requests and jobs change in a queue, whatever waits in it. */
export interface QueueMoves extends QueueFigures {
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
  /** Takes a request as the database has it: another process may have changed it. */
  refresh(id: string, now: number): Promise<void>;
}

/**
 * The waiting requests of one type in memory (`queue.md` 9.4): finding work, places and totals read nothing from
 * the database, which stays the truth. It follows committed changes; only `take` runs ahead of its
 * commit, so that two pops never choose the same slot.
 */
export interface HordeQueue<Kind, P extends ModelProfile, Reason extends string> extends QueueMoves {
  /** Reads what waits, without blocking. Call once before the first pop. */
  load(): Promise<void>;
  /** Takes everything as the database has it: other processes may have changed any of it. */
  reload(now: number): Promise<void>;
  /**
   * Requests that a worker may do, best first: the owner's, then those of prioritised users in their
   * order, then the rest (`queue.md` 3.1). Blacklist and upfront kudos are the caller's to test.
   */
  candidates(worker: MatchingWorker<P>, prioritised: readonly number[]): Generator<QueueEntry<Kind>>;
  /** How many requests were not handed out, by reason; one may count under several (`queue.md` 3.5). */
  skipped(worker: MatchingWorker<P>): Partial<Record<Reason | 'worker_id' | 'models', number>>;
}

const pageSize = 500;

/** A queue of the requests that `matching` finds workers for. */
export function createQueue<T extends RequestType, Kind, P extends ModelProfile, Reason extends string>(
  db: Pick<AppDatabase, 'read'>,
  matching: Matching<Shapes[T], Kind, P, Reason> & { readonly type: T },
): HordeQueue<Kind, P, Reason> {
  type Entry = QueueEntry<Kind>;
  const { type } = matching;
  const entries = new Map<string, Entry>();
  const ranked = new RankedList<Entry>(({ open, things }) => ({ slots: open, things: open * things }));
  const byUser = new Map<number, RankedList<Entry>>();
  const buckets = new Buckets(matching.rules);
  const demand = new Demand();
  const running = new Map<string, number>();
  let runningThings = 0;

  const enter = (entry: Entry) => {
    ranked.add(entry);
    buckets.add(entry);
    const own = byUser.get(entry.userId) ?? new RankedList<Entry>();
    own.add(entry);
    byUser.set(entry.userId, own);
  };
  const leave = (entry: Entry) => {
    if (!ranked.delete(entry)) return;
    buckets.delete(entry);
    const own = byUser.get(entry.userId);
    own?.delete(entry);
    if (own?.size === 0) byUser.delete(entry.userId);
  };
  const setOpen = (entry: Entry, open: number) => {
    follower.touch(entry.id);
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
    const entry = entryOf(type, row, (shape) => buckets.intern(matching.kindOf(shape)));
    entries.set(row.id, entry);
    if (entry.open === 0) return;
    demand.count(entry, entry.open);
    enter(entry);
  };
  const read = () =>
    db.read
      .selectFrom('horde_requests')
      .select(['id', 'seq', 'score', 'user_id', 'shape', 'things', 'open_slots', 'base_kudos'])
      .where('type', '=', type);
  const readPage = (after: number) =>
    read().where('seq', '>', after).where('open_slots', '>', 0).orderBy('seq').limit(pageSize);
  const remove = (id: string) => {
    const entry = entries.get(id);
    if (entry) setOpen(entry, 0);
    entries.delete(id);
  };
  const follower = createFollower({
    readOne: (id, now) =>
      read().where('id', '=', id).where('open_slots', '>', 0).where('expiry', '>', now).executeTakeFirst(),
    readPage: (after, now) => readPage(after).where('expiry', '>', now).execute(),
    ids: () => [...ranked].map(({ id }) => id),
    apply: (row) => {
      const entry = entries.get(row.id);
      if (entry) setOpen(entry, row.open_slots);
      else add(row);
    },
    drop: remove,
  });

  return {
    add,
    refresh: follower.refresh,
    reload: follower.reload,
    load: async () => {
      const jobs = await db.read
        .selectFrom('horde_jobs as j')
        .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
        .select(['j.id', 'r.things'])
        .where('j.state', '=', 'processing')
        .where('r.type', '=', type)
        .execute();
      for (const job of jobs) {
        running.set(job.id, job.things);
        runningThings += job.things;
      }
      for (let after = 0; ;) {
        const page = await readPage(after).execute();
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
    remove,
    candidates: (worker, prioritised) =>
      candidates(worker, { prioritised, byUser, buckets, rules: matching.rules }),
    skipped: (worker) => {
      const counts: Partial<Record<Reason | 'worker_id' | 'models', number>> = {};
      const count = (reason: Reason | 'worker_id' | 'models', size: number) => {
        if (size > 0) counts[reason] = (counts[reason] ?? 0) + size;
      };
      count('worker_id', buckets.excluding(worker.id));
      count('models', buckets.withoutAny(worker.profile.models));
      for (const { kind, size } of buckets.kinds()) {
        for (const reason of skipReasonsOf(matching, kind, worker)) count(reason, size);
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

interface Search<Kind, P extends ModelProfile> {
  readonly prioritised: readonly number[];
  readonly byUser: ReadonlyMap<number, RankedList<QueueEntry<Kind>>>;
  readonly buckets: Buckets<Kind, P>;
  readonly rules: ReadonlyArray<MatchRule<Kind, P, string>>;
}

/** Between two steps the queue may change: every step finds its place anew. */
function* candidates<Kind, P extends ModelProfile>(
  worker: MatchingWorker<P>,
  queue: Search<Kind, P>,
): Generator<QueueEntry<Kind>> {
  const isFit = (entry: QueueEntry<Kind>): boolean =>
    refusalOfKey(queue, entry.key, worker) === undefined && !isTargetingExcluding(entry, worker.id);
  for (const userId of new Set([worker.ownerId, ...queue.prioritised])) {
    if (refusalOfState(userId, worker) !== undefined) continue;
    const own = queue.byUser.get(userId);
    for (let entry = own?.first(); entry; entry = own?.after(entry)) if (isFit(entry)) yield entry;
  }
  if (worker.isInMaintenance || worker.isPaused) return;
  for (const entry of inOrder(queue.buckets.listsFor(worker))) if (isFit(entry)) yield entry;
}

/** Lists merged by rank. */
function* inOrder<T extends Ranked>(lists: readonly RankedList<T>[]): Generator<T> {
  const heads = lists.map((list) => ({ list, entry: list.first() }));
  for (;;) {
    let best: (typeof heads)[number] | undefined;
    for (const head of heads) if (head.entry && isBefore(head.entry, best?.entry)) best = head;
    if (!best?.entry) return;
    const { entry } = best;
    yield entry;
    best.entry = best.list.after(entry);
  }
}

function isBefore(a: Ranked, b: Ranked | undefined): boolean {
  return b === undefined || a.score > b.score || (a.score === b.score && a.seq < b.seq);
}

/** Requests that name several models count for each of them. */
class Demand {
  readonly byModel = new Map<string, { things: number; slots: number }>();

  count({ key, things }: QueueEntry<unknown>, slots: number): void {
    for (const model of key.models) {
      const known = this.byModel.get(model) ?? { things: 0, slots: 0 };
      known.things += things * slots;
      known.slots += slots;
      if (known.slots === 0) this.byModel.delete(model);
      else this.byModel.set(model, known);
    }
  }
}
