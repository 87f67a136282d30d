import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonth, duePeriod, monthlyCents } from './stipend.ts';

const at = (text: string) => Date.parse(`${text}Z`);

describe('monthly kudos', () => {
  it('are what is stored, and 300 000 for moderators', () => {
    expect(monthlyCents({ storedCents: 500, isModerator: false })).toBe(500);
    expect(monthlyCents({ storedCents: 500, isModerator: true })).toBe(30_000_500);
  });

  it.each([
    ['2026-11-25T13:00:00', '2026-12-25T13:00:00'],
    ['2026-12-31T23:59:59', '2027-01-31T23:59:59'],
    ['2026-01-31T00:00:00', '2026-02-28T00:00:00'],
    ['2028-01-31T00:00:00', '2028-02-29T00:00:00'],
    ['2026-08-31T12:00:00', '2026-09-30T12:00:00'],
  ])('one month after %s is %s', (from, to) => {
    expect(addMonth(at(from))).toBe(at(to));
  });

  it('are due at once, then once a month is over', () => {
    const first = at('2026-01-15T10:00:00');
    expect(duePeriod(null, first)).toBe(first);
    const next = at('2026-02-15T10:00:00');
    expect(duePeriod(first, next)).toBeUndefined();
    expect(duePeriod(first, next + 1)).toBe(next);
  });

  it('catch up one month a call, and never run ahead of the present', () => {
    const time = fc.integer({ min: at('2020-01-01T00:00:00'), max: at('2030-01-01T00:00:00') });
    fc.assert(
      fc.property(time, fc.nat({ max: 20 }), (start, months) => {
        let now = start;
        for (let month = 0; month < months; month += 1) now = addMonth(now);
        let last = start;
        let paid = 0;
        for (let due = duePeriod(last, now + 1); due !== undefined; due = duePeriod(last, now + 1)) {
          last = due;
          paid += 1;
        }
        expect([paid, last]).toEqual([months, now]);
      }),
    );
  });
});
