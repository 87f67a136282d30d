import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kudosText, round2, surcharged, toCents } from './money.ts';

describe('kudos as cents', () => {
  it('rounds to the nearest hundredth', () => {
    expect([toCents(1.005), toCents(12.25), toCents(-0.014), round2(2.345)]).toEqual([100, 1225, -1, 2.35]);
    expect(kudosText(1663)).toBe('16.63');
  });

  it('applies surcharges exactly and rounds halves up at the end', () => {
    // 24.50 * 1.05 + 1 = 26.725; in floating point it is a hair less.
    expect(surcharged(2450, [{ percent: 105 }, { cents: 100 }])).toBe(2673);
    expect(surcharged(0, [{ cents: 100 }, { percent: 120 }, { percent: 110 }])).toBe(132);
  });

  it('never gets cheaper with a surcharge of 100 percent or more', () => {
    const step = fc.oneof(
      fc.record({ percent: fc.integer({ min: 100, max: 200 }) }),
      fc.record({ cents: fc.nat({ max: 500 }) }),
    );
    fc.assert(
      fc.property(fc.nat({ max: 100_000_000 }), fc.array(step, { maxLength: 20 }), (cents, steps) => {
        expect(surcharged(cents, steps)).toBeGreaterThanOrEqual(cents);
      }),
    );
  });
});
