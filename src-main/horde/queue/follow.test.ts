import { describe, expect, it } from 'vitest';
import type { QueueRow } from './entry.ts';
import { createFollower, type Followed } from './follow.ts';

const rowOf = (id: string, openSlots: number): QueueRow => ({
  id,
  seq: Number(id.slice(1)),
  score: 0,
  user_id: 1,
  shape: '{}',
  things: 1,
  open_slots: openSlots,
  base_kudos: 1,
});

/** A queue and the database behind it; reads of the database end when the test lets them. */
function setUp(stored: Record<string, number>, held: Record<string, number> = {}) {
  const database = new Map(Object.entries(stored));
  const queue = new Map(Object.entries(held));
  const reads: Array<() => void> = [];
  const read = <R>(make: () => R): Promise<R> => {
    const found = make();
    return new Promise((resolve) => reads.push(() => resolve(found)));
  };
  const followed: Followed = {
    readOne: (id) =>
      read(() => {
        const open = database.get(id) ?? 0;
        return open > 0 ? rowOf(id, open) : undefined;
      }),
    readPage: (after) =>
      read(() =>
        [...database]
          .map(([id, open]) => rowOf(id, open))
          .filter((row) => row.open_slots > 0 && row.seq > after)
          .slice(0, 2),
      ),
    ids: () => queue.keys(),
    apply: (row) => void queue.set(row.id, row.open_slots),
    drop: (id) => void queue.delete(id),
  };
  return {
    follower: createFollower(followed),
    database,
    queue,
    /** Ends the read that has waited longest. */
    answer: async () => {
      await expect.poll(() => reads.length).toBeGreaterThan(0);
      reads.shift()?.();
    },
  };
}

describe('a queue that follows other processes', () => {
  it('takes a request as it is stored, and drops one that is over', async () => {
    const { follower, queue, answer } = setUp({ r1: 3 }, { r1: 1, r2: 1 });
    const refreshed = Promise.all([follower.refresh('r1', 0), follower.refresh('r2', 0)]);
    await answer();
    await answer();
    await refreshed;
    expect([...queue]).toEqual([['r1', 3]]);
  });

  it('reads again when this process gave a slot back meanwhile, and loses none', async () => {
    const { follower, database, queue, answer } = setUp({ r1: 1 }, { r1: 1 });
    const refreshed = follower.refresh('r1', 0);
    database.set('r1', 2);
    queue.set('r1', 2);
    follower.touch('r1');
    await answer();
    await answer();
    await refreshed;
    expect(queue.get('r1')).toBe(2);
  });

  it('reads once more for a change that is told of during a read', async () => {
    const { follower, database, queue, answer } = setUp({ r1: 1 });
    const refreshed = follower.refresh('r1', 0);
    database.set('r1', 5);
    await follower.refresh('r1', 0);
    await answer();
    await answer();
    await refreshed;
    expect(queue.get('r1')).toBe(5);
  });

  it('takes everything page by page, but not over what this process changed meanwhile', async () => {
    const { follower, database, queue, answer } = setUp({ r1: 1, r2: 1, r3: 1 }, { r2: 1, r9: 4 });
    const reloaded = follower.reload(0);
    database.set('r2', 2);
    queue.set('r2', 2);
    follower.touch('r2');
    for (let reads = 0; reads < 5; reads += 1) await answer();
    await reloaded;
    expect(Object.fromEntries(queue)).toEqual({ r1: 1, r2: 2, r3: 1 });
  });
});
