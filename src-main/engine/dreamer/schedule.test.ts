import { describe, expect, it } from 'vitest';
import vectors from './fixtures/sigmas.json' with { type: 'json' };
import {
  createSigmaTable,
  karrasSchedule,
  nearestTimestep,
  normalSchedule,
  sigmaAt,
  stableDiffusionSchedule,
} from './schedule.ts';

const table = createSigmaTable(stableDiffusionSchedule);
const zeroSnrTable = createSigmaTable({ ...stableDiffusionSchedule, rescaleZeroSnr: true });

/** The vectors are float32 results printed with eight digits. */
const tolerance = 2e-6;

function relativeError(actual: number | undefined, expected: number): number {
  return expected === 0 ? Math.abs(actual ?? NaN) : Math.abs((actual ?? NaN) / expected - 1);
}

/** Largest relative error of a list; infinite when the lengths differ. */
function largestError(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  return Math.max(...expected.map((sigma, i) => relativeError(actual[i], sigma)));
}

describe('σ table', () => {
  it.each(Object.entries(vectors.table))('has the reference value at timestep %s', (timestep, { sigma }) => {
    expect(relativeError(table[Number(timestep)], sigma)).toBeLessThanOrEqual(tolerance);
  });

  it('reaches almost pure noise with zero terminal SNR', () => {
    for (const [timestep, sigma] of Object.entries(vectors.zsnr_table)) {
      // The reference subtracts nearly equal float32 roots near the end, which costs it four digits.
      const actual = zeroSnrTable[Number(timestep)] ?? NaN;
      expect(Math.abs(actual - sigma)).toBeLessThanOrEqual((sigma > 1000 ? 2e-3 : 2e-5) * sigma);
    }
  });
});

describe('schedules', () => {
  it.each(Object.entries(vectors.schedules.normal))('normal, %s steps', (steps, sigmas) => {
    expect(largestError(normalSchedule(table, Number(steps)), sigmas)).toBeLessThanOrEqual(tolerance);
  });

  it.each(Object.entries(vectors.schedules.karras))('karras, %s steps', (steps, sigmas) => {
    expect(largestError(karrasSchedule(table, Number(steps)), sigmas)).toBeLessThanOrEqual(tolerance);
  });
});

describe('timesteps', () => {
  it('finds the nearest in ln σ', () => {
    for (const [sigma, timestep] of vectors.sigma_to_timestep_nearest) {
      expect(nearestTimestep(table, sigma ?? NaN)).toBe(timestep);
    }
  });

  it('clamps what lies outside the table', () => {
    expect(nearestTimestep(table, 1e-9)).toBe(0);
    expect(nearestTimestep(table, 1e9)).toBe(999);
  });

  it('interpolates σ between timesteps', () => {
    for (const [timestep, sigma] of vectors.timestep_to_sigma) {
      expect(relativeError(sigmaAt(table, timestep ?? NaN), sigma ?? NaN)).toBeLessThanOrEqual(tolerance);
    }
  });
});
