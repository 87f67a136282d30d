import type { QueueRow } from './entry.ts';

/** A queue as the changes of other processes reach it. */
export interface Followed {
  /** A waiting request as the database has it now; nothing when nothing of it is to be had. */
  readOne(id: string, now: number): Promise<QueueRow | undefined>;
  /** Waiting requests behind `after`, in the order of their arrival; none at the end. */
  readPage(after: number, now: number): Promise<readonly QueueRow[]>;
  /** Ids of requests that count as waiting. */
  ids(): Iterable<string>;
  apply(row: QueueRow): void;
  drop(id: string): void;
}

export interface Follower {
  /** This process has changed a request: what is being read of it is out of date. */
  readonly touch: (id: string) => void;
  /** Takes a request as the database has it. */
  readonly refresh: (id: string, now: number) => Promise<void>;
  /** Takes everything as the database has it. */
  readonly reload: (now: number) => Promise<void>;
}

/**
 * Takes over what other processes have committed. A queue may hold more slots than there are, since a take that
 * finds none corrects it; never fewer, since nobody would look for those. So what was read counts only if this
 * process changed nothing of the request meanwhile.
 */
export function createFollower(queue: Followed): Follower {
  const reading = new Map<string, { isStale: boolean }>();
  const reloads = new Set<Set<string>>();

  const refresh = async (id: string, now: number): Promise<void> => {
    const running = reading.get(id);
    if (running) {
      running.isStale = true;
      return;
    }
    const state = { isStale: true };
    let row: QueueRow | undefined;
    reading.set(id, state);
    try {
      while (state.isStale) {
        state.isStale = false;
        row = await queue.readOne(id, now);
      }
    } finally {
      reading.delete(id);
    }
    if (row) queue.apply(row);
    else queue.drop(id);
  };

  return {
    touch: (id) => {
      const running = reading.get(id);
      if (running) running.isStale = true;
      for (const touched of reloads) touched.add(id);
    },
    refresh,
    reload: async (now) => {
      const touched = new Set<string>();
      const gone = new Set(queue.ids());
      reloads.add(touched);
      try {
        for (let page = await queue.readPage(0, now); page.length > 0;) {
          for (const row of page) {
            gone.delete(row.id);
            if (!touched.has(row.id)) queue.apply(row);
          }
          page = await queue.readPage(page.at(-1)?.seq ?? 0, now);
        }
      } finally {
        reloads.delete(touched);
      }
      for (const id of new Set([...gone, ...touched])) await refresh(id, now);
    },
  };
}
