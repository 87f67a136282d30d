import { describe, expect, it } from 'vitest';
import vectors from '../fixtures/samplers.json' with { type: 'json' };
import { findSampler, type Latent } from './index.ts';

const denoisers: Readonly<Record<string, (x: number, sigma: number) => number>> = {
  L: (x, sigma) => x / (1 + sigma ** 2),
  G: (x, sigma) => (0.25 * x + sigma ** 2 * Math.tanh(x / (0.25 + sigma ** 2))) / (0.25 + sigma ** 2),
};
const schedules: Readonly<Record<string, readonly number[]>> = vectors.sigmas;

/** The k-th noise draw of the vectors. */
function createNoise(): { noise: () => Latent; draws: () => number } {
  let k = 0;
  return {
    noise: () => {
      const draw = Float64Array.from({ length: 4 }, (_, j) => 1.5 * Math.sin(1.7 * k + 0.9 * j + 0.3));
      k++;
      return draw;
    },
    draws: () => k,
  };
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(Math.abs((actual[i] ?? NaN) - value)).toBeLessThanOrEqual(1e-6));
}

const known = new Set(['k_euler', 'k_euler_a', 'k_dpmpp_2m']);
const runs = vectors.runs.filter(({ sampler }) => known.has(sampler));

describe('samplers', () => {
  it('has vectors for every rule', () => {
    expect(new Set(runs.map(({ sampler }) => sampler))).toEqual(known);
  });

  it.each(runs)('$sampler agrees with the reference on $denoiser, $schedule', async (run) => {
    const sigmas = schedules[run.schedule] ?? [];
    const rule = denoisers[run.denoiser];
    const { noise, draws } = createNoise();
    const evaluated: number[] = [];
    const afterSteps: number[][] = [];
    await findSampler(run.sampler).sampler({
      x: Float64Array.from(vectors.x_unit, (value) => value * (sigmas[0] ?? NaN)),
      sigmas,
      denoise: async (x, sigma) => {
        evaluated.push(sigma);
        return Float64Array.from(x, (value) => rule?.(value, sigma) ?? NaN);
      },
      noise,
      afterStep: (x) => afterSteps.push([...x]),
    });
    expect(afterSteps).toHaveLength(run.x_after_step?.length ?? NaN);
    run.x_after_step?.forEach((expected, step) => expectClose(afterSteps[step] ?? [], expected));
    expect(evaluated).toHaveLength(run.nfe);
    expectClose(evaluated, run.sigma_evals);
    expect(draws()).toBe(run.noise_draws);
  });

  it('runs DDIM as Euler, and unknown names with a note', () => {
    const euler = findSampler('k_euler');
    expect(findSampler('DDIM')).toEqual(euler);
    expect(findSampler('toString').sampler).toBe(euler.sampler);
    expect(findSampler('k_heun').note).toContain('k_heun');
    expect(euler.note).toBeUndefined();
  });
});
