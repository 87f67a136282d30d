import { createLane, type Lane } from './lane.ts';

/** Runs works of one key one after the other, and of different keys at the same time. */
export function createKeyedLanes(): <R>(key: string, work: () => Promise<R>) => Promise<R> {
  const lanes = new Map<string, { readonly lane: Lane; waiting: number }>();
  return async (key, work) => {
    const entry = lanes.get(key) ?? { lane: createLane(), waiting: 0 };
    lanes.set(key, entry);
    entry.waiting += 1;
    try {
      return await entry.lane(work);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0) lanes.delete(key);
    }
  };
}
