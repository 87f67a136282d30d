import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GridMeasure, layoutGrid, measureGrid, rowOfPicture, rowsBetween } from './grid-layout.ts';

const dayMs = 86_400_000;
const dayStart = (epochMs: number): number => Math.floor(epochMs / dayMs) * dayMs;
const measure: GridMeasure = { columns: 3, tile: 100, gap: 10, headingHeight: 40 };

const newestFirst = fc
  .array(fc.integer({ min: 0, max: 40 * dayMs }), { maxLength: 200 })
  .map((times) => times.toSorted((a, b) => b - a).map((createdAt) => ({ createdAt })));

describe('measureGrid', () => {
  it('fills the width with at least three tiles on a phone', () => {
    expect(measureGrid(374).columns).toBe(3);
    for (let width = 280; width < 3000; width += 13) {
      const { columns, tile, gap } = measureGrid(width);
      expect(columns * tile + (columns - 1) * gap).toBeCloseTo(width);
    }
  });
});

describe('layoutGrid', () => {
  it('puts a heading before each day and breaks its rows there', () => {
    const images = [9, 8, 8, 8, 8, 2].map((day) => ({ createdAt: day * dayMs + 5 }));
    expect(layoutGrid(images, measure, dayStart)).toEqual({
      rows: [
        { kind: 'heading', top: 0, start: 0, day: 9 * dayMs },
        { kind: 'tiles', top: 40, start: 0, end: 1 },
        { kind: 'heading', top: 150, start: 1, day: 8 * dayMs },
        { kind: 'tiles', top: 190, start: 1, end: 4 },
        { kind: 'tiles', top: 300, start: 4, end: 5 },
        { kind: 'heading', top: 410, start: 5, day: 2 * dayMs },
        { kind: 'tiles', top: 450, start: 5, end: 6 },
      ],
      height: 560,
    });
  });

  it('draws every picture once, in order, and finds its row again', () => {
    fc.assert(
      fc.property(newestFirst, fc.integer({ min: 1, max: 9 }), (images, columns) => {
        const layout = layoutGrid(images, { ...measure, columns }, dayStart);
        const drawn = layout.rows.flatMap((row) =>
          row.kind === 'tiles' ? Array.from({ length: row.end - row.start }, (_, at) => row.start + at) : [],
        );
        expect(drawn).toEqual(images.map((_, at) => at));
        for (const index of drawn) {
          const row = layout.rows[rowOfPicture(layout, index)];
          expect(row?.kind === 'tiles' && row.start <= index && index < row.end).toBe(true);
        }
        expect(rowOfPicture(layout, -1)).toBe(-1);
        expect(rowOfPicture(layout, images.length)).toBe(-1);
      }),
    );
  });

  it('asks for a day only once for all of its pictures', () => {
    let asked = 0;
    const images = Array.from({ length: 5000 }, (_, at) => ({ createdAt: 10 * dayMs - at }));
    layoutGrid(images, measure, (epochMs) => {
      asked += 1;
      return dayStart(epochMs);
    });
    expect(asked).toBe(2);
  });
});

describe('rowsBetween', () => {
  it('gives all rows that touch the span, and no more than one beside', () => {
    fc.assert(
      fc.property(newestFirst, fc.nat(20_000), fc.integer({ min: 1, max: 3000 }), (images, top, span) => {
        const { rows, height } = layoutGrid(images, measure, dayStart);
        const { from, to } = rowsBetween({ rows, height }, top, top + span);
        rows.forEach((row, at) => {
          const bottom = rows[at + 1]?.top ?? height;
          const touches = row.top < top + span && bottom > top;
          if (touches) expect(at >= from && at < to).toBe(true);
          else expect(at > from && at < to).toBe(false);
        });
      }),
    );
  });
});
