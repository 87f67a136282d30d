import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from './fixtures/image-kudos.json' with { type: 'json' };
import {
  activationTaxCents,
  imageBasePrice,
  imageCostCents,
  imagePrice,
  type ImagePriceInput,
  modelFactor,
} from './rules.ts';

type Vector = (typeof vectors)[number];

function inputOf(vector: Vector): ImagePriceInput {
  return {
    width: vector.width,
    height: vector.height,
    steps: vector.steps,
    samplerName: vector.sampler_name,
    hiresFix: vector.hires_fix,
    hasSourceImage: vector.source_image,
    sourceProcessing: vector.source_processing,
    denoisingStrength: vector.denoising_strength,
    controlType: vector.control_type,
    postProcessing: vector.post_processing,
    loraCount: vector.loras,
    tiCount: vector.tis,
  };
}

const plain: ImagePriceInput = {
  width: 512,
  height: 512,
  steps: 30,
  samplerName: 'k_euler_a',
  hiresFix: false,
  hasSourceImage: false,
  sourceProcessing: 'txt2img',
  postProcessing: [],
  loraCount: 0,
  tiCount: 0,
};

const anyInput = fc.record({
  width: fc.integer({ min: 1, max: 48 }).map((n) => n * 64),
  height: fc.integer({ min: 1, max: 48 }).map((n) => n * 64),
  steps: fc.integer({ min: 1, max: 500 }),
  samplerName: fc.constantFrom('k_euler_a', 'k_euler', 'k_heun', 'k_dpmpp_sde', 'k_dpm_adaptive', 'lcm'),
  hiresFix: fc.boolean(),
  hasSourceImage: fc.boolean(),
  sourceProcessing: fc.constantFrom('txt2img', 'img2img', 'inpainting', 'remix'),
  denoisingStrength: fc.double({ min: 0.01, max: 1, noNaN: true }),
  postProcessing: fc.array(fc.constantFrom('GFPGAN', 'RealESRGAN_x4plus', 'CodeFormers'), { maxLength: 2 }),
  loraCount: fc.integer({ min: 0, max: 5 }),
  tiCount: fc.integer({ min: 0, max: 5 }),
});

describe('imagePrice', () => {
  it('equals the formula of the vectors within a cent', () => {
    expect(vectors).toHaveLength(300);
    const off = vectors.filter(
      (vector) => Math.abs(imageBasePrice(inputOf(vector)) - vector.formula_kudos) > 0.0101,
    );
    expect(off).toEqual([]);
  });

  it('is near the prices of the public horde', () => {
    const errors = vectors
      .map((vector) => Math.abs(imageBasePrice(inputOf(vector)) - vector.kudos) / vector.kudos)
      .toSorted((a, b) => a - b);
    expect(errors[150]).toBeLessThanOrEqual(0.06);
    expect(errors[285]).toBeLessThanOrEqual(0.26);
    const sum = (of: (vector: Vector) => number) => vectors.reduce((total, v) => total + of(v), 0);
    const ratio = sum((v) => imageBasePrice(inputOf(v))) / sum((v) => v.kudos);
    expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(0.05);
  });

  it('costs 7.53 for 512×512 at 30 steps and 19.80 at 1024×1024', () => {
    expect(imagePrice(plain)).toBeCloseTo(7.53, 1);
    expect(imagePrice({ ...plain, width: 1024, height: 1024 })).toBeCloseTo(19.8, 1);
  });

  it('is positive and grows with width, height, steps and post-processors', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const price = imagePrice(input);
        expect(price).toBeGreaterThan(0);
        expect(imagePrice({ ...input, width: input.width + 64 })).toBeGreaterThanOrEqual(price - 1e-9);
        expect(imagePrice({ ...input, height: input.height + 64 })).toBeGreaterThanOrEqual(price - 1e-9);
        expect(imagePrice({ ...input, steps: input.steps + 1 })).toBeGreaterThanOrEqual(price - 1e-9);
        const processed = { ...input, postProcessing: [...input.postProcessing, 'strip_background'] };
        expect(imagePrice(processed)).toBeGreaterThanOrEqual(price);
      }),
    );
  });
});

describe('what a requester pays', () => {
  const modest = { hasSourceImage: false, postProcessing: [], slowWorkers: true, workerBlacklist: false };

  it('adds one kudos of tax, then multiplies for choosy requests', () => {
    expect(imageCostCents(1000, modest)).toBe(1100);
    expect(imageCostCents(1000, { ...modest, slowWorkers: false })).toBe(1320);
    expect(imageCostCents(1000, { ...modest, slowWorkers: false, workerBlacklist: true })).toBe(1452);
    expect(imageCostCents(1000, { ...modest, hasSourceImage: true })).toBe(1400);
    expect(imageCostCents(1000, { ...modest, postProcessing: ['NMKD_Siax', 'GFPGAN'] })).toBe(1150);
  });

  it('rounds once, at the end, halves up', () => {
    const upscaled = { ...modest, postProcessing: ['RealESRGAN_x2plus'] };
    expect(imageCostCents(1225, upscaled)).toBe(1386);
    expect(imageCostCents(1225, { ...upscaled, slowWorkers: false })).toBe(1664);
    expect(imageCostCents(1225, { ...upscaled, hasSourceImage: true })).toBe(1772);
    expect(imageCostCents(2450, upscaled)).toBe(2673);
  });

  it('is never less than the pay and the tax', () => {
    const anyRequest = fc.record({
      hasSourceImage: fc.boolean(),
      postProcessing: fc.array(fc.constantFrom('GFPGAN', 'RealESRGAN_x4plus'), { maxLength: 3 }),
      slowWorkers: fc.boolean(),
      workerBlacklist: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), anyRequest, (reward, request) => {
        expect(imageCostCents(reward, request)).toBeGreaterThanOrEqual(reward + 100);
      }),
    );
  });

  it('is only the tax for a censored picture', () => {
    expect(imageCostCents(0, modest)).toBe(100);
    expect(imageCostCents(0, { ...modest, slowWorkers: false, workerBlacklist: true })).toBe(132);
  });

  it('taxes activation, extra pictures and foreign styles', () => {
    expect(activationTaxCents({ extraSourceImages: 0, usesForeignStyle: false })).toBe(100);
    expect(activationTaxCents({ extraSourceImages: 2, usesForeignStyle: true })).toBe(1300);
    const asThePublicHorde = { extraSourceImages: 0, usesForeignStyle: false, baseCents: 300 };
    expect(activationTaxCents(asThePublicHorde)).toBe(300);
  });

  it('multiplies by the baseline', () => {
    expect(modelFactor(undefined)).toBe(1);
    expect(modelFactor('stable_diffusion_xl')).toBe(2);
    expect(modelFactor('stable_diffusion_xl', { workflow: 'qr_code' })).toBe(4);
    expect(modelFactor('stable_cascade', { hiresFix: true })).toBe(7);
  });
});
