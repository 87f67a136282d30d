import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratios, shapesOf, sizeOf, withSide } from './sizes.ts';

const side = fc.integer({ min: 1, max: 32 }).map((n) => n * 64);

describe('sizeOf', () => {
  it('gives sides that the contract allows, and the right way up', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ratios), side, side, (ratio, width, height) => {
        const size = sizeOf(ratio, { width, height });
        for (const length of [size.width, size.height]) {
          expect(length % 64).toBe(0);
          expect(length).toBeGreaterThanOrEqual(64);
          expect(length).toBeLessThanOrEqual(3072);
        }
        const [wide = 1, high = 1] = ratio.split(':').map(Number);
        if (wide > high) expect(size.width).toBeGreaterThanOrEqual(size.height);
        if (wide < high) expect(size.width).toBeLessThanOrEqual(size.height);
      }),
    );
  });

  it('keeps the native size for a square model', () => {
    expect(sizeOf('1:1', { width: 1024, height: 1024 })).toEqual({ width: 1024, height: 1024 });
    expect(sizeOf('3:2', { width: 1024, height: 1024 })).toEqual({ width: 1280, height: 832 });
  });
});

describe('shapesOf', () => {
  it('offers each size once, under its true proportions', () => {
    const shapes = shapesOf({ width: 128, height: 128 });
    expect(shapes.map(({ width, height, label }) => [width, height, label])).toEqual([
      [128, 128, '1:1'],
      [192, 128, '3:2'],
      [128, 192, '2:3'],
    ]);
  });

  it('keeps the usual names where the size allows them', () => {
    expect(shapesOf({ width: 1024, height: 1024 }).map(({ label }) => label)).toEqual([...ratios]);
  });
});

describe('withSide', () => {
  it('keeps the proportions when they are locked', () => {
    const size = { width: 512, height: 768 };
    expect(withSide(size, 'width', 1024, true)).toEqual({ width: 1024, height: 1536 });
    expect(withSide(size, 'height', 384, true)).toEqual({ width: 256, height: 384 });
    expect(withSide(size, 'width', 1000, false)).toEqual({ width: 1024, height: 768 });
  });

  it('stays within the limits', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.boolean(),
        (width, height, to, lock) => {
          const size = withSide({ width, height }, 'width', to, lock);
          for (const length of [size.width, size.height]) {
            expect(length % 64).toBe(0);
            expect(length).toBeGreaterThanOrEqual(64);
            expect(length).toBeLessThanOrEqual(3072);
          }
        },
      ),
    );
  });
});
