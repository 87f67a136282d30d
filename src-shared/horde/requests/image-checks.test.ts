import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../common/problem.ts';
import { checkImageParams } from './image-checks.ts';
import type { ImageModelFacts, ImageReference } from './models.ts';
import type { GenerationInput } from './schema.ts';
import { checkBatching, checkSubmission } from './submission.ts';
import { modelWarnings } from './warnings.ts';

const facts: Readonly<Record<string, ImageModelFacts>> = {
  sd2: { baseline: 'stable diffusion 2' },
  cascade: { baseline: 'stable_cascade' },
  controlled: { baseline: 'stable diffusion 1', type: 'controlnet' },
  choosy: {
    baseline: 'stable_diffusion_xl',
    requirements: {
      clip_skip: 2,
      min_steps: 40,
      cfg_scale: 3,
      min_cfg_scale: 8,
      samplers: ['k_heun'],
      schedulers: ['simple'],
    },
  },
  quick: { baseline: 'stable_diffusion_xl', requirements: { max_steps: 8, max_cfg_scale: 2 } },
};
const reference: ImageReference = (model) => facts[model];

interface Caller {
  readonly isTrusted?: boolean;
  readonly isSpecial?: boolean;
  readonly isAddressRefused?: boolean;
  readonly clientAgent?: string;
}

function codeOf(input: Partial<GenerationInput>, caller: Caller = {}): string | undefined {
  const { isTrusted = false, isSpecial = false, isAddressRefused = false, clientAgent = 'test:1:x' } = caller;
  const asked = { prompt: 'a', ...input };
  const who = { alias: 'ada#7', isTrusted, isSpecial };
  try {
    checkSubmission(asked, who);
    checkBatching(asked, who);
    checkImageParams(asked, { caller: who, clientAgent, isAddressRefused, reference });
  } catch (error) {
    if (error instanceof ProblemError) return `${error.status} ${error.rc}`;
    throw error;
  }
  return undefined;
}

const lora = { name: 'x' };
const source = { source_image: 'a' };

describe('checks of image requests', () => {
  it.each<[string, Partial<GenerationInput>]>([
    ['MissingPrompt', { prompt: '   ' }],
    ['NulByteInPayload', { prompt: 'a\0b' }],
    ['RequiresTrust', { params: { n: 2 }, disable_batching: true }],
    ['TooManyExtraSourceImages.', { extra_source_images: Array.from({ length: 6 }, () => ({ image: 'a' })) }],
    ['MoreThanMinExtraSourceImage.', { extra_source_images: [{ image: 'a' }, { image: 'a' }] }],
    ['HiResMismatch', { models: ['x [Flux]'], params: { hires_fix: true } }],
    ['TooManyLoras', { params: { loras: Array.from({ length: 6 }, () => lora) } }],
    ['BadLoraVersion', { params: { loras: [{ name: 'x', is_version: true }] } }],
    ['TooManyTIs', { params: { tis: Array.from({ length: 21 }, () => lora) } }],
    ['InvalidTransparencyModel', { models: ['x [Qwen]'], params: { transparent: true } }],
    ['ControlNetMismatch.', { models: ['x [ZImage]'], params: { workflow: 'qr_code' } }],
    ['InvalidPromptSize', { prompt: 'a '.repeat(7501) }],
    ['UnexpectedModelName', { models: ['GFPGAN'] }],
    ['TooManyUpscalers', { params: { post_processing: ['NMKD_Siax', 'RealESRGAN_x2plus'] } }],
    ['BadCFGDecimals', { params: { cfg_scale: 7.125 } }],
    ['SpecialFieldNeedsSpecialUser', { params: { special: { a: 1 } } }],
    ['SourceMaskUnnecessary', { source_mask: 'aaaa' }],
    ['ControlNetUnsupported', { ...source, models: ['sd2'], params: { control_type: 'hough' } }],
    ['ControlNetUnsupported', { ...source, models: ['pix2pix'], params: { control_type: 'canny' } }],
    ['ControlNetSourceMissing', { params: { control_type: 'canny' } }],
    [
      'ControlNetInpaintingMismatch',
      { ...source, source_processing: 'inpainting', params: { control_type: 'canny' } },
    ],
    ['ControlNetMismatch', { ...source, models: ['x [SDXL]'], params: { control_type: 'canny' } }],
    ['ControlNetMismatch', { ...source, models: ['cascade'], params: { control_type: 'canny' } }],
    ['InvalidTransparencyImg2Img', { extra_source_images: [{ image: 'a' }], params: { transparent: true } }],
    ['InvalidTransparencyCN', { ...source, params: { transparent: true, control_type: 'canny' } }],
    ['InvalidRemix', { source_processing: 'remix', models: ['x'] }],
    ['InvalidExtraSourceImages.', { extra_source_images: [{ image: 'a' }] }],
    ['InvalidExtraTexts.', { params: { extra_texts: [{ text: 'a', reference: 'qr_code' }] } }],
    ['MissingExtraTexts.', { params: { workflow: 'qr_code' } }],
    [
      'MissingExtraTexts.',
      { params: { workflow: 'qr_code', extra_texts: [{ text: 'a', reference: 'other' }] } },
    ],
    ['ControlNetInvalidPayload', { params: { init_as_image: true, return_control_map: true } }],
    ['SourceImageRequiredForModel', { models: ['pix2pix'] }],
    ['UnexpectedModelName', { models: ['controlled'] }],
  ])('%s', (rc, input) => expect(codeOf(input)).toBe(`400 ${rc}`));

  it.each<[string | undefined, string[], Partial<GenerationInput>, Caller]>([
    ['403 SpecialModelNeedsSpecialUser', ['horde_special::ada#7'], {}, {}],
    ['400 SpecialMissingUsername', ['horde_special'], {}, { isSpecial: true }],
    ['403 SpecialForbidden', ['horde_special::bob#8'], {}, { isSpecial: true }],
    ['400 SpecialMissingPayload', ['horde_special::ada#7'], {}, { isSpecial: true }],
    [undefined, ['horde_special::ada#7'], { params: { special: {} } }, { isSpecial: true }],
  ])('%s for special models %j', (code, models, input, caller) => {
    expect(codeOf({ ...input, models }, caller)).toBe(code);
  });

  it('lets ordinary requests pass', () => {
    expect(codeOf({ params: { cfg_scale: 7.55, n: 4 }, prompt: 'a'.repeat(20_000) })).toBeUndefined();
    expect(codeOf({ params: { n: 2 }, disable_batching: true }, { isTrusted: true })).toBeUndefined();
    expect(codeOf({ ...source, models: ['sd2'], params: { control_type: 'canny' } })).toBeUndefined();
    const remix = { models: ['stable_cascade_x'], source_processing: 'remix' as const };
    const extras = { extra_source_images: [{ image: 'a' }, { image: 'a' }] };
    expect(codeOf({ ...remix, ...extras }, { isTrusted: true })).toBeUndefined();
  });

  it('refuses an address after the models and before the sources', () => {
    const refused = { isAddressRefused: true };
    expect(codeOf({ source_mask: 'a' }, refused)).toBe('403 UntrustedUnsafeIP');
    expect(codeOf({ models: ['GFPGAN'] }, refused)).toBe('400 UnexpectedModelName');
  });

  it('refuses the placeholder of a client agent last', () => {
    const placeholder = { clientAgent: 'My-Project:v0.0.1:My-Contact' };
    expect(codeOf({}, placeholder)).toBe('403 BannedClientAgent');
    expect(codeOf({ models: ['pix2pix'] }, placeholder)).toBe('400 SourceImageRequiredForModel');
  });
});

describe('warnings', () => {
  const codes = (input: Partial<GenerationInput>) =>
    modelWarnings({ ...input }, reference).map((warning) => warning.code);

  it('tell what a model would rather have, with the defaults that are taken for granted', () => {
    expect(codes({ models: ['choosy'] })).toEqual([
      'ClipSkipMismatch',
      'StepsTooFew',
      'CfgScaleMismatch',
      'CfgScaleTooSmall',
      'SamplerMismatch',
      'SchedulerMismatch',
    ]);
    expect(codes({ models: ['quick'] })).toEqual(['StepsTooMany', 'CfgScaleTooLarge']);
  });

  it('are silent about what fits and about unknown models', () => {
    const params = { clip_skip: 2, steps: 50, cfg_scale: 3, sampler_name: 'k_heun', karras: false } as const;
    expect(codes({ models: ['choosy', 'unknown'], params })).toEqual(['CfgScaleTooSmall']);
    expect(codes({ models: ['unknown'] })).toEqual([]);
  });

  it('come once, however many models cause them', () => {
    expect(codes({ models: ['quick', 'quick', 'choosy'], params: { steps: 20, cfg_scale: 7.5 } })).toEqual([
      'StepsTooMany',
      'CfgScaleTooLarge',
      'ClipSkipMismatch',
      'StepsTooFew',
      'CfgScaleMismatch',
      'CfgScaleTooSmall',
      'SamplerMismatch',
      'SchedulerMismatch',
    ]);
  });
});
