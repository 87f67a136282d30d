import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createThrottle } from './throttle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells the first call at once, then once per interval, and never loses the last', () => {
  const told: number[] = [];
  let value = 0;
  const tell = createThrottle(200, () => told.push(value));
  for (value = 1; value <= 50; value += 1) {
    tell();
    vi.advanceTimersByTime(20);
  }
  vi.advanceTimersByTime(1000);
  expect(told.length).toBeLessThanOrEqual(7);
  expect(told.at(0)).toBe(1);
  // Told in the last step of the loop or after it.
  expect(told.at(-1)).toBeGreaterThanOrEqual(50);
});

it('tells a flush at once instead of what waits, and nothing after a cancel', () => {
  const told: string[] = [];
  const tell = createThrottle(200, () => told.push('told'));
  tell();
  tell();
  tell.flush();
  vi.advanceTimersByTime(1000);
  expect(told).toHaveLength(2);
  tell();
  tell();
  tell.cancel();
  vi.advanceTimersByTime(1000);
  expect(told).toHaveLength(3);
});
