import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSession } from '../runtime/session.ts';
import { toyUnet, toyWidth, type ToyUnet } from '../testing/toy-model.ts';
import { createDenoiser, type Denoiser } from './denoiser.ts';
import vectors from './fixtures/samplers.json' with { type: 'json' };
import type { Prediction } from './model.ts';
import { findSampler } from './samplers/index.ts';
import { createSigmaTable, stableDiffusionSchedule } from './schedule.ts';

const sigmas = createSigmaTable(stableDiffusionSchedule);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-denoiser-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Setup {
  readonly cfgScale?: number;
  readonly pictures?: number;
  readonly prediction?: Prediction;
  readonly negativeLength?: number;
  readonly signal?: AbortSignal;
}

/** States of the positive prompt are 0.2 throughout, those of the negative 0.1. */
async function createToyDenoiser(
  unet: ToyUnet,
  setup: Setup = {},
): Promise<Denoiser & { calls: () => number }> {
  const file = join(folder, 'model.onnx');
  writeFileSync(file, toyUnet(unet));
  const states = (
    value: number,
    length: number,
  ): { states: Float32Array; length: number; width: number } => ({
    states: new Float32Array(length * toyWidth).fill(value),
    length,
    width: toyWidth,
  });
  let calls = 0;
  const denoiser = createDenoiser({
    unet: await loadSession(file, 'cpu'),
    sigmas,
    prediction: setup.prediction ?? 'epsilon',
    positive: states(0.2, 2),
    negative: states(0.1, setup.negativeLength ?? 2),
    cfgScale: setup.cfgScale ?? 3,
    shape: [setup.pictures ?? 1, 4, 1, 1],
    signal: setup.signal ?? new AbortController().signal,
    onCall: () => {
      calls++;
    },
  });
  return { ...denoiser, calls: () => calls };
}

describe('createDenoiser', () => {
  const sigma = sigmas[500] ?? NaN;
  const x = Float32Array.from([0.5, -1.25, 2, 0.1]);
  /** ε = a·x/√(1+σ²) + b·(u + s(c − u)) + c·t, with t = 500 */
  const expected = (cfgScale: number): number[] =>
    Array.from(x, (value) => {
      const guidance = cfgScale === 1 ? 0.2 : 0.1 + cfgScale * 0.1;
      return value - sigma * ((0.5 * value) / Math.sqrt(1 + sigma ** 2) + 0.3 * guidance + 0.001 * 500);
    });
  const base: ToyUnet = { a: 0.5, b: 0.3, c: 0.001 };

  it.each<[string, ToyUnet, number]>([
    ['float timestep [1]', base, 1],
    ['float scalar timestep', { ...base, timestepShape: [] }, 1],
    ['int64 timestep', { ...base, timestepType: 'int64' }, 1],
    ['output named latent', { ...base, outputName: 'latent' }, 1],
    ['fixed batch 1', { ...base, batch: 1 }, 2],
    ['fixed batch 2', { ...base, batch: 2 }, 1],
    ['half precision', { ...base, type: 'float16', timestepType: 'float16' }, 1],
  ])('runs the export with %s', async (_, unet, callsPerStep) => {
    const digits = unet.type === 'float16' ? 2 : 5;
    for (const cfgScale of [1, 3]) {
      const denoiser = await createToyDenoiser(unet, { cfgScale });
      const denoised = await denoiser.denoise(x, sigma);
      expected(cfgScale).forEach((value, i) => expect(denoised[i]).toBeCloseTo(value, digits));
      expect(denoiser.calls()).toBe(denoiser.callsPerStep);
      if (cfgScale === 3) expect(denoiser.callsPerStep).toBe(callsPerStep);
    }
  });

  it('pairs prompts of unequal length, or calls twice where copies would cost more', async () => {
    for (const [negativeLength, callsPerStep] of [
      [3, 1],
      [12, 2],
    ] as const) {
      const denoiser = await createToyDenoiser(base, { negativeLength });
      expect(denoiser.callsPerStep).toBe(callsPerStep);
      const denoised = await denoiser.denoise(x, sigma);
      expected(3).forEach((value, i) => expect(denoised[i]).toBeCloseTo(value, 5));
    }
  });

  it('keeps the pictures of a batch apart', async () => {
    for (const batch of ['batch', 3] as const) {
      const denoiser = await createToyDenoiser({ ...base, batch }, { pictures: 2 });
      const denoised = await denoiser.denoise(Float32Array.from([...x, ...x.toReversed()]), sigma);
      expected(3).forEach((value, i) => {
        expect(denoised[i]).toBeCloseTo(value, 5);
        expect(denoised[7 - i]).toBeCloseTo(value, 5);
      });
    }
  });

  it('does not call the UNet once the job is cancelled', async () => {
    const denoiser = await createToyDenoiser(base, { signal: AbortSignal.abort() });
    await expect(denoiser.denoise(x, sigma)).rejects.toMatchObject({ code: 'cancelled' });
    expect(denoiser.calls()).toBe(0);
  });

  it('reports overflow instead of a black picture', async () => {
    const denoiser = await createToyDenoiser({ ...base, a: Infinity });
    await expect(denoiser.denoise(x, sigma)).rejects.toThrow('overflow');
  });
});

describe('samplers on a real session', () => {
  // D = x/(1+σ²) is what a v-predicting UNet gives whose output is zero, at every σ.
  const names = new Set(['k_euler', 'k_euler_a', 'k_dpmpp_2m']);
  const runs = vectors.runs.filter(({ sampler, denoiser }) => denoiser === 'L' && names.has(sampler));

  it.each(runs)('$sampler follows the reference on $schedule to 1e-4', async (run) => {
    const denoiser = await createToyDenoiser(
      { a: 0, b: 0, c: 0 },
      { prediction: 'v_prediction', cfgScale: 1 },
    );
    const schedules: Readonly<Record<string, readonly number[]>> = vectors.sigmas;
    const list = schedules[run.schedule] ?? [];
    const afterSteps: number[][] = [];
    let k = 0;
    await findSampler(run.sampler).sampler({
      x: Float32Array.from(vectors.x_unit, (value) => value * (list[0] ?? NaN)),
      sigmas: list,
      denoise: (current, sigma) => denoiser.denoise(current, sigma),
      noise: () => {
        const draw = Float32Array.from({ length: 4 }, (_, j) => 1.5 * Math.sin(1.7 * k + 0.9 * j + 0.3));
        k++;
        return draw;
      },
      afterStep: (current) => afterSteps.push([...current]),
    });
    expect(afterSteps).toHaveLength(run.x_after_step?.length ?? NaN);
    run.x_after_step?.flat().forEach((value, i) => {
      expect(Math.abs((afterSteps.flat()[i] ?? NaN) - value)).toBeLessThanOrEqual(1e-4);
    });
    expect(denoiser.calls()).toBe(run.nfe);
  });
});
