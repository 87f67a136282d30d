import { expect, it } from 'vitest';
import { keepNewest } from './keep-newest.ts';

it('drops the oldest until the size is right, of maps and sets', () => {
  const map = new Map([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
  keepNewest(map, 2);
  expect([...map]).toEqual([
    ['b', 2],
    ['c', 3],
  ]);
  const set = new Set(['a', 'b', 'c']);
  keepNewest(set, 1);
  expect([...set]).toEqual(['c']);
  keepNewest(set, 5);
  expect(set.size).toBe(1);
});
