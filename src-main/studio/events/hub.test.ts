import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventHub, type SentEvent } from './hub.ts';

const removed = (id: number) => ({ type: 'creationRemoved', id: String(id) }) as const;
const idsOf = (sent: readonly SentEvent[]) =>
  sent.map(({ event }) => (event.type === 'creationRemoved' ? event.id : event.type));

describe('createEventHub', () => {
  it('gives a listener every event with rising ids until it leaves', () => {
    const hub = createEventHub({ launchId: 'a' });
    const seen: SentEvent[] = [];
    const subscription = hub.subscribe((sent) => seen.push(sent));
    hub.publish(removed(1));
    hub.publish(removed(2));
    subscription.unsubscribe();
    hub.publish(removed(3));
    expect(seen.map((sent) => sent.id)).toEqual(['a-1', 'a-2']);
  });

  it('gives back exactly what was missed, or resync once that is gone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.nat(40),
        fc.nat(40),
        (capacity, sentFirst, sentLater) => {
          const hub = createEventHub({ launchId: 'a', capacity });
          for (let n = 1; n <= sentFirst; n += 1) hub.publish(removed(n));
          const first = hub.subscribe(() => undefined);
          first.unsubscribe();
          for (let n = 1; n <= sentLater; n += 1) hub.publish(removed(sentFirst + n));
          const expected =
            sentLater > capacity
              ? ['resync']
              : Array.from({ length: sentLater }, (_, n) => String(sentFirst + n + 1));
          expect(idsOf(hub.subscribe(() => undefined, first.currentId).missed)).toEqual(expected);
        },
      ),
    );
  });

  it.each(['b-1', 'a-9', 'a-', 'a-x', 'a--1', '', 'nonsense', 'a-1e3'])(
    'answers the id %j, which is not of its own, with resync and its newest id',
    (lastEventId) => {
      const hub = createEventHub({ launchId: 'a' });
      hub.publish(removed(1));
      expect(hub.subscribe(() => undefined, lastEventId).missed).toEqual([
        { id: 'a-1', event: { type: 'resync' } },
      ]);
    },
  );

  it('replays nothing to a first visit', () => {
    const hub = createEventHub({ launchId: 'a' });
    hub.publish(removed(1));
    expect(hub.subscribe(() => undefined).missed).toEqual([]);
  });
});
