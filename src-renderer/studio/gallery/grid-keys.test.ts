import { describe, expect, it } from 'vitest';
import { movedFocus } from './grid-keys.ts';
import { layoutGrid } from './grid-layout.ts';

const dayMs = 86_400_000;
// Rows of three: 0 1 2 / 3 · next day: 4 · next day: 5 6 7 / 8 9
const images = [9, 9, 9, 9, 8, 7, 7, 7, 7, 7].map((day) => ({ createdAt: day * dayMs }));
const layout = layoutGrid(images, { columns: 3, tile: 100, gap: 10, headingHeight: 40 }, (at) => at);
const move = (key: string, from: number): number | undefined =>
  movedFocus(key, from, layout, images.length, 2);

describe('movedFocus', () => {
  it.each([
    ['ArrowRight', 3, 4],
    ['ArrowRight', 9, 9],
    ['ArrowLeft', 4, 3],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 0, 3],
    ['ArrowDown', 2, 3],
    ['ArrowDown', 3, 4],
    ['ArrowDown', 4, 5],
    ['ArrowDown', 7, 9],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 9, 6],
    ['ArrowUp', 6, 4],
    ['ArrowUp', 1, 1],
    ['PageDown', 0, 4],
    ['PageDown', 6, 9],
    ['PageUp', 9, 4],
    ['Home', 8, 0],
    ['End', 1, 9],
  ])('%s from picture %i goes to %i', (key, from, to) => {
    expect(move(key, from)).toBe(to);
  });

  it.each(['Enter', 'a', 'constructor', 'Tab'])('%s does not move', (key) => {
    expect(move(key, 3)).toBeUndefined();
  });
});
