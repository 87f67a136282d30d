import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../common/problem.ts';
import {
  checkTextParams,
  deriveTextRequest,
  downgradeText,
  freeTokens,
  textNeedsUpfront,
  textTtlSeconds,
} from './text-rules.ts';
import type { TextGenerationInput } from './text-schema.ts';

const derive = (input: Partial<TextGenerationInput> = {}) => deriveTextRequest({ prompt: 'a', ...input });

function codeOf(input: Partial<TextGenerationInput>): string | undefined {
  try {
    checkTextParams({ prompt: 'a', ...input });
  } catch (error) {
    if (error instanceof ProblemError) return error.rc;
    throw error;
  }
  return undefined;
}

describe('checks of text requests', () => {
  const stops = (count: number, length: number) =>
    Array.from({ length: count }, (_, at) => String(at).padStart(length, 'x'));
  it.each<[string | undefined, Partial<TextGenerationInput>]>([
    ['TokenOverflow', { params: { max_length: 100, max_context_length: 80 } }],
    [undefined, { params: { max_length: 80, max_context_length: 80 } }],
    ['TokenOverflow', { params: { max_length: 2049 } }],
    ['MissingFullSamplerOrder', { params: { sampler_order: [0, 1, 2, 3, 4, 5, 5, 5] } }],
    [undefined, { params: { sampler_order: [6, 0, 1, 2, 3, 4, 5] } }],
    ['TooManyStopSequences', { params: { stop_sequence: stops(129, 3) } }],
    [undefined, { params: { stop_sequence: [...stops(128, 3), ...stops(128, 3)] } }],
    ['ExcessiveStopSequence', { params: { stop_sequence: ['x'.repeat(2001)] } }],
    [undefined, { params: { stop_sequence: ['x'.repeat(2000)] } }],
    ['InvalidExtraSourceImages.', { extra_source_images: [{ image: 'a' }] }],
    [undefined, { extra_source_images: [] }],
  ])('%s', (rc, input) => expect(codeOf(input)).toBe(rc));
});

describe('a text request', () => {
  it('has the defaults that apply', () => {
    expect(derive()).toMatchObject({
      models: [],
      nsfw: false,
      slowWorkers: true,
      extraSlowWorkers: false,
      validatedBackends: false,
      jobs: 1,
      maxLength: 80,
      maxContextLength: 2048,
    });
    expect(derive({ params: { n: 3, top_k: 40 } }).params).toEqual({
      min_p: 0,
      smoothing_factor: 0,
      dynatemp_range: 0,
      dynatemp_exponent: 1,
      max_length: 80,
      max_context_length: 2048,
      top_k: 40,
    });
  });

  it('is mature when it says so, and never for an education account', () => {
    expect(derive({ nsfw: true }).nsfw).toBe(true);
    expect(deriveTextRequest({ prompt: 'a', nsfw: true }, { isEducation: true }).nsfw).toBe(false);
  });

  it.each([
    [16, false, 150],
    [240, false, 150],
    [241, false, 151],
    [4096, false, 2078],
    [16, true, 450],
  ])('of %i tokens, slow %s, has %i seconds', (maxLength, isSlow, ttl) => {
    expect(textTtlSeconds({ maxLength }, isSlow)).toBe(ttl);
  });
});

describe('an upfront payment', () => {
  it.each([
    [10, 100, 472],
    [5, 300, 267],
    [100, 0, 512],
    [0, 1000, 256],
  ])('with %i threads and %i jobs is due above %i tokens', (threads, jobs, tokens) => {
    expect(freeTokens({ threads, jobs })).toBe(tokens);
  });

  it('is due for much, and for who refuses slow workers', () => {
    const long = derive({ params: { max_length: 300 } });
    expect([textNeedsUpfront(long, 299), textNeedsUpfront(long, 300)]).toEqual([true, false]);
    expect(textNeedsUpfront(derive({ slow_workers: false }), 512)).toBe(true);
  });

  it('is not due any more after a downgrade', () => {
    const asked = derive({ slow_workers: false, params: { max_length: 500 } });
    const downgraded = downgradeText(asked, 300);
    expect(downgraded).toMatchObject({ slowWorkers: true, maxLength: 300, params: { max_length: 300 } });
    expect(textNeedsUpfront(downgraded, 300)).toBe(false);
  });
});
