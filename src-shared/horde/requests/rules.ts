import { ProblemError } from '../../common/problem.ts';
import { baselineFromName } from '../kudos/rules.ts';
import { postProcessors, secondOrderSamplers, upscalerFactors } from './names.ts';
import type { GenerationInput, ImageParams } from './schema.ts';
import { parseSeed } from './seed.ts';

/** Everything that matching, timing and pricing read from a request (`queue.md` 1.6). */
export interface RequestShape {
  readonly prompt: string;
  readonly models: readonly string[];
  readonly workers: readonly string[];
  readonly workerBlacklist: boolean;
  readonly nsfw: boolean;
  readonly censorNsfw: boolean;
  readonly trustedWorkers: boolean;
  readonly slowWorkers: boolean;
  readonly extraSlowWorkers: boolean;
  readonly disableBatching: boolean;
  readonly r2: boolean;
  readonly jobs: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly accurateSteps: number;
  readonly seed: number | null;
  readonly seedVariation: number | null;
  readonly hasSourceImage: boolean;
  readonly sourceProcessing: string;
  readonly extraSourceImages: number;
  /** What a worker receives as it was asked, defaults filled in; without seed and counts. */
  readonly params: PayloadParams;
}

export type PayloadParams = Omit<ImageParams, 'n' | 'steps' | 'seed' | 'seed_variation'> & {
  readonly width: number;
  readonly height: number;
  readonly karras: boolean;
  readonly cfg_scale: number;
  readonly sampler_name: NonNullable<ImageParams['sampler_name']>;
};

/** Baselines that take no hires_fix, and whose jobs get three times the time. */
export const heavyBaselines: ReadonlySet<string> = new Set(['flux_1', 'qwen_image', 'z_image_turbo']);
const refuse = (rc: string, message: string, status = 400) => new ProblemError(status, rc, message);

/** Whether a text anywhere in the value holds U+0000, which no stored string may. */
export function containsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => key.includes('\0') || containsNul(item));
}

/** What the checks of a request read of its caller. */
export interface RequestCaller {
  readonly isTrusted: boolean;
  readonly isService: boolean;
  readonly isDeleted: boolean;
}

/**
 * Checks that come before the caller's limits, in the order of `api.md` 5.1.
 * @throws ProblemError 400 or 404 with the row's code
 */
export function checkSubmission(input: GenerationInput, caller: RequestCaller): void {
  if (containsNul(input)) throw refuse('NulByteInPayload', 'Texts must not hold NUL characters.');
  const params = input.params ?? {};
  const extras = input.extra_source_images ?? [];
  if (input.proxied_account !== undefined && !caller.isService) {
    throw refuse('OnlyServiceAccountProxy', 'Only service accounts may name a proxied account.');
  }
  if (caller.isDeleted) throw refuse('DeletedUser', 'This account is being deleted.', 403);
  if (extras.length > 5) throw refuse('TooManyExtraSourceImages.', 'At most 5 extra source images.');
  if (extras.length > 1 && !caller.isTrusted) {
    throw refuse(
      'MoreThanMinExtraSourceImage.',
      'Only trusted users may send more than 1 extra source image.',
    );
  }
  if (input.prompt.trim() === '') throw refuse('MissingPrompt', 'The prompt is empty.');
  if ((params.n ?? 1) > 1 && input.disable_batching === true && !caller.isTrusted) {
    throw refuse('RequiresTrust', 'Only trusted users may disable batching for more than one picture.');
  }
}

/**
 * Checks of what is asked, in the order of `queue.md` 1.5. Models are known by the tags in their names.
 * @throws ProblemError 400 or 403 with the row's code
 */
export function checkImageParams(input: GenerationInput, clientAgent: string): void {
  const params = input.params ?? {};
  const baselines = (input.models ?? []).map((model) => baselineFromName(model) ?? 'stable diffusion 1');
  checkBaselines(params, baselines);
  checkParams(input, params);
  checkSources(input, params, baselines);
  if (clientAgent === 'My-Project:v0.0.1:My-Contact') {
    throw refuse('BannedClientAgent', 'Give your Client-Agent a name of its own.', 403);
  }
}

/** Rows 1, 5 and 6: what some kinds of model cannot do. */
function checkBaselines(params: ImageParams, baselines: readonly string[]): void {
  if (params.hires_fix === true && baselines.some((name) => heavyBaselines.has(name))) {
    throw refuse('HiResMismatch', 'hires_fix does not work with Flux, Qwen and Z-Image models.');
  }
  const hasOthers = baselines.some((name) => name !== 'stable diffusion 1' && name !== 'stable_diffusion_xl');
  if (params.transparent === true && hasOthers) {
    throw refuse('InvalidTransparencyModel', 'Transparent pictures need an SD 1 or SDXL model.');
  }
  if (params.workflow === 'qr_code' && hasOthers) {
    throw refuse('ControlNetMismatch.', 'The qr_code workflow needs an SD 1 or SDXL model.');
  }
}

function checkParams(input: GenerationInput, params: ImageParams): void {
  const loras = params.loras ?? [];
  if (loras.length > 5) throw refuse('TooManyLoras', 'At most 5 LoRAs.');
  if (loras.some((lora) => lora.is_version === true && !/^[0-9]+$/.test(lora.name))) {
    throw refuse('BadLoraVersion', 'A LoRA given by version needs a number as its name.');
  }
  if ((params.tis ?? []).length > 20) throw refuse('TooManyTIs', 'At most 20 textual inversions.');
  if (input.prompt.trim().split(/\s+/).length > 7500) {
    throw refuse('InvalidPromptSize', 'The prompt has more than 7500 words.');
  }
  if ((input.models ?? []).some((model) => model.includes('horde_special'))) {
    throw refuse('SpecialModelNeedsSpecialUser', 'Only special users may use special models.', 403);
  }
  const processorNames: ReadonlySet<string> = new Set(postProcessors);
  if ((input.models ?? []).some((model) => processorNames.has(model))) {
    throw refuse('UnexpectedModelName', 'A post-processor is not a model.');
  }
  if ((params.post_processing ?? []).filter((name) => name in upscalerFactors).length > 1) {
    throw refuse('TooManyUpscalers', 'At most 1 upscaler.');
  }
  const cfg = (params.cfg_scale ?? 0) * 100;
  if (Math.abs(cfg - Math.round(cfg)) > 1e-6) {
    throw refuse('BadCFGDecimals', 'cfg_scale has more than 2 decimals.');
  }
  if (params.special !== undefined) {
    throw refuse('SpecialFieldNeedsSpecialUser', 'Only special users may send the special field.');
  }
}

function checkSources(input: GenerationInput, params: ImageParams, baselines: readonly string[]): void {
  const extraCount = input.extra_source_images?.length ?? 0;
  const hasSource = input.source_image !== undefined;
  const models = input.models ?? [];
  if (input.source_mask !== undefined && !hasSource) {
    throw refuse('SourceMaskUnnecessary', 'A source_mask needs a source_image.');
  }
  if (params.control_type !== undefined) {
    if (models.includes('pix2pix')) throw refuse('ControlNetUnsupported', 'pix2pix has no ControlNet.');
    if (!hasSource) throw refuse('ControlNetSourceMissing', 'ControlNet needs a source_image.');
    if (input.source_processing === 'inpainting') {
      throw refuse('ControlNetInpaintingMismatch', 'ControlNet does not work with inpainting.');
    }
    if (baselines.some((name) => name !== 'stable diffusion 1')) {
      throw refuse('ControlNetMismatch', 'ControlNet works with SD 1 and SD 2 models only.');
    }
  }
  if (params.transparent === true && extraCount > 0) {
    throw refuse('InvalidTransparencyImg2Img', 'Transparent pictures take no extra source images.');
  }
  if (params.transparent === true && params.control_type !== undefined) {
    throw refuse('InvalidTransparencyCN', 'Transparent pictures take no ControlNet.');
  }
  if (input.source_processing === 'remix' && models.some((name) => !name.startsWith('stable_cascade'))) {
    throw refuse('InvalidRemix', 'Remix works with Stable Cascade only.');
  }
  if (extraCount > 0 && input.source_processing !== 'remix') {
    throw refuse('InvalidExtraSourceImages.', 'Extra source images work with remix only.');
  }
  checkWorkflow(params);
  if (!hasSource && models.some((name) => name === 'pix2pix' || name === 'Stable Diffusion 2 Depth')) {
    throw refuse('SourceImageRequiredForModel', 'This model needs a source_image.');
  }
}

function checkWorkflow(params: ImageParams): void {
  if (params.workflow === undefined && params.extra_texts !== undefined) {
    throw refuse('InvalidExtraTexts.', 'extra_texts work with the qr_code workflow only.');
  }
  const hasCode = (params.extra_texts ?? []).some((text) => text.reference === 'qr_code');
  if (params.workflow === 'qr_code' && !hasCode) {
    throw refuse('MissingExtraTexts.', 'The qr_code workflow needs an extra text with reference qr_code.');
  }
}

/** Calls of the model that a run makes (`queue.md` 1.6). */
export function accurateSteps(sampler: string, steps: number): number {
  if (sampler === 'k_dpm_adaptive') return 40;
  return secondOrderSamplers.has(sampler) ? steps * 2 : steps;
}

/**
 * Fills in the defaults that apply and derives what matching and timing need. Education accounts are
 * always safe: no mature content, accidents censored, trusted workers alone.
 */
export function deriveImageRequest(
  input: GenerationInput,
  random: () => number,
  caller: { readonly isEducation: boolean } = { isEducation: false },
): RequestShape {
  const { n, steps: askedSteps, seed: seedText, seed_variation: variation, ...rest } = input.params ?? {};
  const hasControl = rest.control_type !== undefined;
  const steps = Math.min(askedSteps ?? (hasControl ? 20 : 30), hasControl ? 40 : 500);
  const sampler = rest.sampler_name ?? 'k_euler_a';
  const fixed = parseSeed(seedText);
  const seed = fixed ?? (variation === undefined ? null : Math.floor(random() * 2 ** 32));
  return {
    prompt: input.prompt,
    models: [...new Set(input.models ?? ['stable_diffusion'])],
    workers: (input.workers ?? []).slice(0, 5),
    workerBlacklist: input.worker_blacklist ?? false,
    nsfw: !caller.isEducation && (input.nsfw ?? true),
    censorNsfw: caller.isEducation || (input.censor_nsfw ?? true),
    trustedWorkers: caller.isEducation || (input.trusted_workers ?? false),
    slowWorkers: input.slow_workers ?? true,
    extraSlowWorkers: input.extra_slow_workers ?? false,
    disableBatching: (input.disable_batching ?? false) || rest.workflow === 'qr_code',
    r2: input.r2 ?? true,
    jobs: n ?? 1,
    width: rest.width ?? 512,
    height: rest.height ?? 512,
    steps,
    accurateSteps: accurateSteps(sampler, steps),
    seed,
    seedVariation: variation ?? null,
    hasSourceImage: input.source_image !== undefined,
    sourceProcessing: input.source_processing ?? 'img2img',
    extraSourceImages: input.extra_source_images?.length ?? 0,
    params: {
      ...rest,
      width: rest.width ?? 512,
      height: rest.height ?? 512,
      karras: rest.karras ?? true,
      cfg_scale: rest.cfg_scale ?? 5,
      sampler_name: sampler,
    },
  };
}

/** Pixelsteps of one picture. */
export function thingsOf(shape: Pick<RequestShape, 'width' | 'height' | 'accurateSteps'>): number {
  return shape.width * shape.height * shape.accurateSteps;
}

/** Seconds until a job is given up, as sent (`queue.md` 2.3). */
export function jobTtlSeconds(
  shape: Pick<RequestShape, 'width' | 'height' | 'accurateSteps'>,
  options: { hasControl: boolean; isHeavyBaseline: boolean; isExtraSlowWorker: boolean },
): number {
  let ttl = 30 + (2 * shape.accurateSteps * shape.width * shape.height) / 262_144;
  if (options.hasControl) ttl *= 2;
  if (options.isHeavyBaseline) ttl *= 3;
  ttl = Math.max(ttl, 150);
  return Math.trunc(options.isExtraSlowWorker ? ttl * 3 : ttl);
}

/** Constant order key that stands for priority growing by 50 each 10 s (`queue.md` 1.10). */
export function queueScore(basePriority: number, activatedAtMs: number): number {
  return basePriority - (5 * activatedAtMs) / 1000;
}

/** Longest side of the picture that a request asks for, upscalers counted (`decisions.md` 35). */
export function resultLimits(shape: Pick<RequestShape, 'width' | 'height' | 'params'>): {
  maxBytes: number;
  maxWidth: number;
  maxHeight: number;
} {
  const factor = Math.max(
    1,
    ...(shape.params.post_processing ?? []).map((name) => upscalerFactors[name] ?? 1),
  );
  return {
    maxBytes: 32 * 1024 * 1024,
    maxWidth: Math.min(8192, shape.width * factor),
    maxHeight: Math.min(8192, shape.height * factor),
  };
}
