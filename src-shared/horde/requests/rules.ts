import { secondOrderSamplers, upscalerFactors } from './names.ts';
import type { GenerationInput } from './schema.ts';
import { parseSeed } from './seed.ts';
import type { RequestShape } from './shape.ts';

/** Baselines that take no hires_fix, and whose jobs get three times the time. */
export const heavyBaselines: ReadonlySet<string> = new Set(['flux_1', 'qwen_image', 'z_image_turbo']);

/** Whether a text anywhere in the value holds U+0000, which no stored string may. */
export function containsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => key.includes('\0') || containsNul(item));
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
  const { init_as_image: _obsolete, ...params } = input.params ?? {};
  const { n, steps: askedSteps, seed: seedText, seed_variation: variation, ...rest } = params;
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
