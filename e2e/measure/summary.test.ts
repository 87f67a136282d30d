import { describe, expect, it } from 'vitest';
import { isGoodEnough, type Judged, summarize, tableOf } from './summary.ts';

function judged(seen: Partial<Judged['seen']>, seconds = 1): Judged {
  const asked = { object: 'red', background: 'blue', shape: 'circle' };
  return {
    prompt: 'a red circle on a blue background',
    seed: 1,
    asked,
    seen: { ...asked, ...seen },
    seconds,
  };
}

const times = (count: number, one: Judged): Judged[] => Array.from({ length: count }, () => one);

describe('the summary of a measure', () => {
  it('counts each part by itself and both colors together', () => {
    const { total } = summarize([
      judged({}),
      judged({ object: undefined }),
      judged({ background: 'black' }),
      judged({ shape: 'ring' }),
    ]);
    expect(total).toEqual({
      count: 4,
      object: 0.75,
      background: 0.75,
      bothColors: 0.5,
      shape: 0.75,
      all: 0.25,
    });
  });

  it('groups by what was asked, not by what was seen', () => {
    const { byShape, byObjectColor } = summarize([judged({ shape: 'ring', object: 'pink' })]);
    expect(Object.keys(byShape)).toEqual(['circle']);
    expect(Object.keys(byObjectColor)).toEqual(['red']);
  });

  it('gives the median and the slowest time', () => {
    const { seconds } = summarize([judged({}, 3), judged({}, 1), judged({}, 2)]);
    expect(seconds).toEqual({ median: 2, slowest: 3 });
  });

  it('is good enough from 90 % of the colors and 80 % of the shapes on', () => {
    const colors = (right: number) => [
      ...times(right, judged({})),
      ...times(100 - right, judged({ object: 'pink' })),
    ];
    const shapes = (right: number) => [
      ...times(right, judged({})),
      ...times(100 - right, judged({ shape: 'star' })),
    ];
    expect(isGoodEnough(summarize(colors(90)))).toBe(true);
    expect(isGoodEnough(summarize(colors(89)))).toBe(false);
    expect(isGoodEnough(summarize(shapes(80)))).toBe(true);
    expect(isGoodEnough(summarize(shapes(79)))).toBe(false);
    expect(isGoodEnough(summarize([]))).toBe(false);
  });

  it('prints a row for each shape and color', () => {
    const table = tableOf(summarize([judged({})]));
    expect(table).toMatch(/circle +1 +100\.0 %/);
    expect(table).toContain('median 1.00');
  });
});
