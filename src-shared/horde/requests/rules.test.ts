import { describe, expect, it } from 'vitest';
import { batchLimit } from '../jobs/batch.ts';
import { imageMatching } from '../jobs/image-match.ts';
import { type MatchingWorker, refusalOf } from '../jobs/match.ts';
import { submitVerdict } from '../jobs/states.ts';
import type { ImageProfile } from '../workers/profile.ts';
import { deriveImageRequest, jobTtlSeconds, queueScore } from './rules.ts';
import type { GenerationInput } from './schema.ts';
import { parseSeed, seedOfPop } from './seed.ts';
import { requestState, statusCounts } from './states.ts';

const derive = (input: Partial<GenerationInput> = {}) =>
  deriveImageRequest({ prompt: 'a', ...input }, () => 0.5);

describe('seeds', () => {
  it.each([
    ['0', 0],
    ['42', 42],
    ['4294967296', 1],
    ['99999999999999999999', 5],
    ['abc', 6513249],
    ['abcd', 1684234849],
    ['hello', 111],
    ['The little seed that could', 25708],
    ['-5', 13613],
    ['é', 43459],
  ])('%s is %i', (text, seed) => expect(parseSeed(text)).toBe(seed));

  it('varies with the slots that were open', () => {
    const request = { seed: 1000, seedVariation: 10 };
    expect([3, 2, 1].map((open) => seedOfPop(request, open, () => 0))).toEqual([1030, 1020, 1010]);
    expect(seedOfPop({ seed: null, seedVariation: null }, 1, () => 0.25)).toBe(2 ** 30);
  });
});

describe('time to live', () => {
  it.each([
    [512, 512, 30, {}, 150],
    [512, 512, 61, {}, 152],
    [832, 1216, 25, {}, 222],
    [1024, 1024, 30, {}, 270],
    [1536, 768, 40, {}, 390],
    [512, 512, 20, { hasControl: true }, 150],
    [1024, 1024, 8, { isHeavyBaseline: true }, 282],
    [1024, 1024, 30, { isHeavyBaseline: true, isExtraSlowWorker: true }, 2430],
    [512, 512, 30, { isExtraSlowWorker: true }, 450],
  ])('%i×%i at %i steps %j is %i s', (width, height, accurateSteps, options, ttl) => {
    const all = { hasControl: false, isHeavyBaseline: false, isExtraSlowWorker: false, ...options };
    expect(jobTtlSeconds({ width, height, accurateSteps }, all)).toBe(ttl);
  });
});

describe('batches', () => {
  it.each([
    [4_194_304, 10, 1024, [], 1, 10],
    [1_048_576, 4, 512, [], 1, 4],
    [1_048_576, 4, 1024, [], 1, 1],
    [2_097_152, 8, 1024, ['RealESRGAN_x4plus'], 1, 2],
    [4_194_304, 10, 1024, [], 5, 2],
    [262_144, 4, 512, [], 1, 1],
  ] as const)(
    '%i pixels, %i wanted of %i² %j weight %i gives %i',
    (maxPixels, amount, side, pp, weight, jobs) => {
      const shape = derive({ params: { width: side, height: side, post_processing: [...pp] } });
      expect(batchLimit(shape, 20, { amount, maxPixels }, weight)).toBe(jobs);
    },
  );
});

describe('defaults', () => {
  it('are the ones that apply', () => {
    expect(derive()).toMatchObject({
      width: 512,
      steps: 30,
      nsfw: true,
      censorNsfw: true,
      jobs: 1,
      r2: true,
    });
    expect(derive().params).toMatchObject({ karras: true, cfg_scale: 5, sampler_name: 'k_euler_a' });
    expect(derive().models).toEqual(['stable_diffusion']);
    expect(derive({ models: [] }).models).toEqual([]);
    expect(derive({ params: { control_type: 'canny', steps: 90 } }).steps).toBe(40);
    expect(derive({ params: { sampler_name: 'k_heun', steps: 20 } }).accurateSteps).toBe(40);
    expect(derive({ params: { seed_variation: 3 } }).seed).toBe(2 ** 31);
  });
});

describe('matching', () => {
  const worker: MatchingWorker<ImageProfile> = {
    id: 'w',
    ownerId: 1,
    isOwnerTrusted: false,
    isInMaintenance: false,
    isPaused: false,
    isSlow: false,
    profile: {
      models: ['stable_diffusion'],
      nsfw: true,
      bridgeAgent: 'x:1:y',
      threads: 1,
      requireUpfrontKudos: false,
      isExtraSlow: false,
      allowUnsafeIp: false,
      maxPixels: 512 * 512,
      blacklist: ['cat'],
      allowImg2img: false,
      allowPainting: false,
      allowPostProcessing: false,
      allowControlnet: false,
      allowSdxlControlnet: false,
      allowLora: false,
      limitMaxSteps: true,
    },
  };
  it('takes what the worker declared', () => {
    expect(refusalOf(imageMatching, derive(), 2, worker)).toBeUndefined();
    expect(refusalOf(imageMatching, derive({ models: [] }), 2, worker)).toBeUndefined();
  });
  it.each<[string, Partial<GenerationInput>]>([
    ['models', { models: ['other'] }],
    ['max_pixels', { params: { width: 576 } }],
    ['untrusted', { trusted_workers: true }],
    ['blacklist', { prompt: 'A CAT' }],
    ['worker_id', { workers: ['w'], worker_blacklist: true }],
    ['worker_id', { workers: ['other'] }],
    ['img2img', { source_image: 'x' }],
    ['painting', { source_image: 'x', source_processing: 'inpainting' }],
    ['lora', { params: { loras: [] } }],
    ['controlnet', { params: { transparent: true } }],
    ['post-processing', { params: { post_processing: ['GFPGAN'] } }],
    ['step_count', { params: { steps: 31 } }],
  ])('refuses by %s: %j', (reason, input) =>
    expect(refusalOf(imageMatching, derive(input), 2, worker)).toBe(reason),
  );

  it('looks at where a request comes from', () => {
    const from = (ipRisk: 'unsafe' | 'unsafe_untrusted', allowUnsafeIp: boolean, isOwnerTrusted = false) =>
      refusalOf(imageMatching, { ...derive(), ipRisk }, 2, {
        ...worker,
        isOwnerTrusted,
        profile: { ...worker.profile, allowUnsafeIp },
      });
    expect(from('unsafe', false)).toBe('unsafe_ip');
    expect(from('unsafe', true)).toBeUndefined();
    expect(from('unsafe_untrusted', true)).toBe('untrusted');
    expect(from('unsafe_untrusted', true, true)).toBeUndefined();
  });

  it('looks at speed and maintenance', () => {
    expect(refusalOf(imageMatching, derive({ slow_workers: false }), 2, { ...worker, isSlow: true })).toBe(
      'performance',
    );
    const slow = { ...worker, profile: { ...worker.profile, isExtraSlow: true } };
    expect(refusalOf(imageMatching, derive(), 2, slow)).toBe('performance');
    expect(refusalOf(imageMatching, derive({ extra_slow_workers: true }), 2, slow)).toBeUndefined();
    const resting = { ...worker, isInMaintenance: true };
    expect(refusalOf(imageMatching, derive(), 2, resting)).toBe('maintenance');
    expect(refusalOf(imageMatching, derive(), 1, resting)).toBeUndefined();
  });
});

describe('states', () => {
  const counts = { open: 0, asked: 2, processing: 0, finished: 0, restarted: 0, isCancelled: false };
  it('follow from the counts', () => {
    expect(requestState({ ...counts, open: 2 })).toBe('queued');
    expect(requestState({ ...counts, processing: 1, restarted: 3 })).toBe('drained');
    expect(requestState({ ...counts, restarted: 6 })).toBe('faulted');
    expect(requestState({ ...counts, finished: 1, restarted: 3 })).toBe('done');
    expect(requestState({ ...counts, asked: 0, isCancelled: true })).toBe('done');
    expect(statusCounts({ ...counts, finished: 1, restarted: 3 })).toMatchObject({
      done: true,
      faulted: false,
    });
  });
  it('decide what a submit does', () => {
    const of = (state: 'processing' | 'completed' | 'faulted', isFault: boolean, digest = 'a') =>
      submitVerdict({ state, digest: 'a' }, { isFault, digest });
    expect(of('processing', false)).toBe('complete');
    expect(of('processing', true)).toBe('fault');
    expect(of('completed', false)).toBe('repeat');
    expect(of('completed', false, 'b')).toBe('duplicate');
    expect(of('faulted', false)).toBe('aborted');
    expect(of('faulted', true)).toBe('ignored');
  });
  it('orders by priority and age', () => {
    expect(queueScore(50, 10_000)).toBe(queueScore(0, 0));
    expect(queueScore(0, 0)).toBeGreaterThan(queueScore(0, 1000));
  });
});
