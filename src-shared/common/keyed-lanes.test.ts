import { expect, it } from 'vitest';
import { createKeyedLanes } from './keyed-lanes.ts';

it('runs works of one key in order, past one that fails, and those of others meanwhile', async () => {
  const inLane = createKeyedLanes();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const tell = (name: string) => async () => void told.push(name);
  const ends = [
    inLane('a', async () => {
      await first.promise;
      throw new Error('no');
    }),
    inLane('a', tell('a2')),
    inLane('b', tell('b1')),
  ];
  const settled = Promise.allSettled(ends);
  await ends[2];
  expect(told).toEqual(['b1']);
  first.resolve();
  expect((await settled).map((end) => end.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(told).toEqual(['b1', 'a2']);
});
