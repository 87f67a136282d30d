import { describe, expect, it } from 'vitest';
import { etaRange, formatBytes, formatKudos } from './format.ts';

describe('etaRange', () => {
  it('gives a range in seconds, rounded to five from ten on', () => {
    expect(etaRange(26)).toEqual({ unit: 'seconds', low: 20, high: 35 });
    expect(etaRange(3)).toEqual({ unit: 'seconds', low: 2, high: 4 });
  });

  it('speaks of minutes and hours when seconds would pretend', () => {
    expect(etaRange(300)).toEqual({ unit: 'minutes', low: 4, high: 7 });
    expect(etaRange(3 * 3600)).toEqual({ unit: 'hours', low: 2, high: 4 });
  });

  it('says nothing for an unknown or spent estimate', () => {
    expect(etaRange(null)).toBeUndefined();
    expect(etaRange(0)).toBeUndefined();
    expect(etaRange(Number.NaN)).toBeUndefined();
  });

  it('never ends before it starts', () => {
    for (let seconds = 1; seconds < 20_000; seconds += 7) {
      const range = etaRange(seconds);
      expect(range?.high).toBeGreaterThanOrEqual(range?.low ?? Infinity);
    }
  });
});

describe('numbers', () => {
  it('writes kudos and sizes by language', () => {
    expect(formatKudos(1240, 'en')).toBe('1,240');
    expect(formatKudos(1.26, 'en')).toBe('1.3');
    expect(formatBytes(1_500_000, 'en')).toBe('1.5 MB');
    expect(formatBytes(0, 'en')).toBe('0 byte');
  });
});
