import type { StudioEvent } from '#shared/studio/events/schema.ts';

/** An event with the id by which a stream resumes after it. */
export interface SentEvent {
  readonly id: string;
  readonly event: StudioEvent;
}

export interface Subscription {
  /** Id of the newest event at the start; a stream that breaks before the next resumes from it. */
  readonly currentId: string;
  /** What was sent since the given id: the events in order, or one `resync` when they are gone. */
  readonly missed: readonly SentEvent[];
  unsubscribe(): void;
}

/** Tells every open interface what changed and remembers the newest events for those that come back. */
export interface EventHub {
  publish(event: StudioEvent): void;
  subscribe(listener: (sent: SentEvent) => void, lastEventId?: string): Subscription;
}

/**
 * Makes a hub. `launchId` tells the ids of this launch from those of an earlier one, whose events
 * are gone; `capacity` is the number of events that are kept.
 */
export function createEventHub(options: { launchId: string; capacity?: number }): EventHub {
  const capacity = options.capacity ?? 500;
  const listeners = new Set<(sent: SentEvent) => void>();
  const ring: SentEvent[] = [];
  let count = 0;

  const idOf = (number: number): string => `${options.launchId}-${number}`;
  const missedSince = (lastEventId: string): readonly SentEvent[] => {
    const [launchId, digits] = splitId(lastEventId);
    const number = Number(digits);
    const isKnown = launchId === options.launchId && /^\d{1,15}$/.test(digits) && number <= count;
    if (!isKnown || count - number > capacity) return [{ id: idOf(count), event: { type: 'resync' } }];
    return Array.from({ length: count - number }, (_, offset) => ring[(number + offset) % capacity]).filter(
      (sent) => sent !== undefined,
    );
  };

  return {
    publish: (event) => {
      const sent = { id: idOf(count + 1), event };
      ring[count % capacity] = sent;
      count += 1;
      for (const listener of listeners) listener(sent);
    },
    subscribe: (listener, lastEventId) => {
      listeners.add(listener);
      return {
        currentId: idOf(count),
        missed: lastEventId === undefined ? [] : missedSince(lastEventId),
        unsubscribe: () => {
          listeners.delete(listener);
        },
      };
    },
  };
}

function splitId(id: string): [string, string] {
  const dash = id.lastIndexOf('-');
  return [id.slice(0, Math.max(dash, 0)), id.slice(dash + 1)];
}
