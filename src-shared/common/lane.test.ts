import { expect, it } from 'vitest';
import { createLane } from './lane.ts';

it('runs one work at a time, in order, past one that fails', async () => {
  const lane = createLane();
  const told: string[] = [];
  const first = Promise.withResolvers<string>();
  const works = [
    lane(() => {
      told.push('first');
      return first.promise;
    }),
    lane(() => {
      told.push('second');
      return Promise.reject(new Error('no'));
    }),
    lane(async () => {
      told.push('third');
      return 'c';
    }),
  ];
  const ends = Promise.allSettled(works);
  await new Promise(setImmediate);
  expect(told).toEqual(['first']);
  first.resolve('a');
  expect((await ends).map((end) => (end.status === 'fulfilled' ? end.value : 'failed'))).toEqual([
    'a',
    'failed',
    'c',
  ]);
  expect(told).toEqual(['first', 'second', 'third']);
});
