import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveImageRequest } from './rules.ts';
import type { GenerationInput } from './schema.ts';
import { downgrade, downgradedSize, freeSide, needsUpfront } from './upfront.ts';

const derive = (input: Partial<GenerationInput>) => deriveImageRequest({ prompt: 'a', ...input }, () => 0.5);

describe('the free size', () => {
  it.each([
    [10, 100, [], 1024],
    [5, 600, [], 576],
    [0, 500, [], 576],
    [0, 500, ['stable diffusion 2'], 768],
    [0, 500, ['flux_1'], 1024],
  ])('with %i threads and %i jobs for %j is %i', (threads, jobs, baselines, side) => {
    expect(freeSide({ threads, jobs }, baselines)).toBe(side);
  });
});

describe('heavy requests', () => {
  it.each<[boolean, Partial<GenerationInput>]>([
    [false, {}],
    [false, { params: { width: 1024, height: 1024, steps: 40 } }],
    [true, { params: { width: 1088, height: 1024 } }],
    [true, { slow_workers: false }],
    [true, { params: { steps: 41 } }],
    [true, { params: { steps: 21, sampler_name: 'k_heun' } }],
    [false, { params: { steps: 41 }, models: [] }],
    [true, { params: { steps: 11, sampler_name: 'lcm' } }],
    [true, { params: { steps: 11, loras: [{ name: '246747', is_version: true }] } }],
    [false, { params: { steps: 11, loras: [{ name: '246747' }] } }],
    [true, { params: { steps: 21, control_type: 'canny' } }],
  ])('%s for %j', (isHeavy, input) => expect(needsUpfront(derive(input), 1024)).toBe(isHeavy));
});

describe('a downgrade', () => {
  it.each([
    [2048, 2048, 1024, 1024, 1024],
    [1536, 1024, 1024, 1216, 832],
    [1920, 1088, 768, 960, 576],
    [1088, 1920, 1024, 768, 1344],
    [3072, 512, 576, 1408, 192],
  ])('of %i×%i at %i is %i×%i', (width, height, side, w, h) => {
    expect(downgradedSize({ width, height }, side)).toEqual({ width: w, height: h });
  });

  it('lowers steps, leaves k_dpm_adaptive alone and takes slow workers', () => {
    const heavy = { slow_workers: false, params: { steps: 90, width: 2048, height: 2048 } };
    expect(downgrade(derive(heavy), 1024)).toMatchObject({
      slowWorkers: true,
      steps: 30,
      accurateSteps: 30,
      width: 1024,
      params: { width: 1024, height: 1024 },
    });
    const second = derive({ params: { steps: 90, sampler_name: 'k_heun' } });
    expect(downgrade(second, 1024)).toMatchObject({ steps: 15, accurateSteps: 30 });
    const adaptive = derive({ params: { steps: 90, sampler_name: 'k_dpm_adaptive' } });
    expect(downgrade(adaptive, 1024)).toMatchObject({ steps: 90, accurateSteps: 40 });
  });

  it('always leads to a request that is free, with sides that are multiples of 64', () => {
    const side = fc.integer({ min: 1, max: 48 }).map((n) => n * 64);
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 576, max: 1024 }),
        (width, height, steps, free) => {
          const lighter = downgrade(derive({ slow_workers: false, params: { width, height, steps } }), free);
          expect(needsUpfront(lighter, free)).toBe(false);
          expect([lighter.width % 64, lighter.height % 64, lighter.width > 0, lighter.height > 0]).toEqual([
            0,
            0,
            true,
            true,
          ]);
        },
      ),
    );
  });
});
