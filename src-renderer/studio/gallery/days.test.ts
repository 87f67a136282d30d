import { describe, expect, it } from 'vitest';
import { dayStart, dayTitle } from './days.ts';

const words = { today: 'Today', yesterday: 'Yesterday' };
const today = dayStart(new Date(2026, 2, 30, 15).getTime());
const title = (year: number, month: number, day: number): string =>
  dayTitle(new Date(year, month, day).getTime(), today, 'en', words);

describe('dayTitle', () => {
  it('says today and yesterday, also over the night when clocks change', () => {
    expect(title(2026, 2, 30)).toBe('Today');
    expect(title(2026, 2, 29)).toBe('Yesterday');
  });

  it('names the year only when it is another', () => {
    expect(title(2026, 2, 28)).toBe('Saturday, March 28');
    expect(title(2025, 11, 31)).toBe('Wednesday, December 31, 2025');
  });
});
