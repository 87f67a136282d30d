import { describe, expect, it } from 'vitest';
import { isWithin, median, table } from './report.ts';

describe('median', () => {
  it('is the middle value, in whatever order they come', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(3);
    expect(() => median([])).toThrow('nothing');
  });
});

describe('the report', () => {
  const within = { what: 'a', measured: 2, unit: 'ms', budget: { atMost: 2 } };
  const over = { what: 'b', measured: 0.1, unit: '', budget: { atLeast: 0.2 } };
  const told = { what: 'c', measured: 1234, unit: '/s', note: 'no budget' };

  it('knows what keeps its budget', () => {
    expect([within, over, told].map(isWithin)).toEqual([true, false, true]);
  });

  it('is a table that names what is over', () => {
    const lines = table([within, over, told]).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^a +≤ 2 ms +2\.000 ms +ok$/);
    expect(lines[2]).toMatch(/^b +≥ 0\.2 +0\.100 +OVER$/);
    expect(lines[3]).toMatch(/^c +1234 \/s +no budget$/);
  });
});
