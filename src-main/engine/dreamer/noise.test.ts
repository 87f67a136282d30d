import { describe, expect, it } from 'vitest';
import vectors from './fixtures/torch-randn.json' with { type: 'json' };
import { TorchGenerator } from './noise.ts';

interface Draw {
  readonly first: readonly number[];
  readonly last4?: readonly number[];
  readonly sum?: number;
}

const tolerance = 5e-7;

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expected.forEach((value, i) => {
    expect(Math.abs((actual[i] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
  });
}

describe('TorchGenerator', () => {
  it.each(Object.entries(vectors.mt19937_u32))('draws the words of seed %s', (seed, words) => {
    const generator = new TorchGenerator(Number(seed));
    expect(words.map(() => generator.nextWord())).toEqual(words);
  });

  // Latents are never drawn in float64, so those two cases of the vectors have no counterpart here.
  const cases = vectors.cases.filter(({ dtype }) => dtype === 'float32');
  it.each(cases)('draws what torch draws: $name', ({ seed, shape, draws }) => {
    const generator = new TorchGenerator(seed);
    const count = shape.reduce((product, side) => product * side, 1);
    for (const draw of draws as readonly Draw[]) {
      const values = generator.randn(count);
      expect(values).toHaveLength(count);
      expectClose(values, draw.first);
      if (draw.last4) expectClose(values.subarray(-4), draw.last4);
      if (draw.sum !== undefined) expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(draw.sum, 2);
    }
  });
});
