/**
 * Prices of image work in kudos, before and after surcharges (`kudos.md` 1.4, 2.4, 2.5, 3.2). Pure;
 * money leaves here as integer cents.
 */
import { upscalerFactors } from '../requests/names.ts';
import { type Surcharge, surcharged, toCents } from './money.ts';

/** What the price of one picture depends on; defaults are already filled in by `pricedInput`. */
export interface ImagePriceInput {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly samplerName: string;
  readonly hiresFix: boolean;
  readonly hasSourceImage: boolean;
  readonly sourceProcessing: string;
  /** 0…1; counts only with a source image. */
  readonly denoisingStrength?: number | undefined;
  readonly controlType?: string | undefined;
  readonly postProcessing: readonly string[];
  readonly loraCount: number;
  readonly tiCount: number;
}

interface SamplerCost {
  /** Factor and exponent of the picture's size on the part per step. */
  readonly m: number;
  readonly b: number;
  /** Offset and slope of the fixed part. */
  readonly o: number;
  readonly s: number;
  readonly isSecondOrder: boolean;
}

const first = { isSecondOrder: false };
const second = { isSecondOrder: true };
const eulerLike: SamplerCost = { m: 0.94, b: 0.08, o: 0.52, s: 0, ...first };
const multistep: SamplerCost = { m: 0.96, b: 0.07, o: 0.21, s: 0, ...first };
const heunLike: SamplerCost = { m: 1.29, b: 0, o: 0.06, s: 1.36, ...second };
const stochastic: SamplerCost = { m: 1.58, b: 0, o: -0.53, s: 0.78, ...second };
const samplers: Readonly<Record<string, SamplerCost>> = {
  k_euler_a: { m: 1, b: 0, o: 0, s: 0, ...first },
  k_lms: multistep,
  k_dpmpp_2m: multistep,
  k_dpm_fast: multistep,
  k_heun: heunLike,
  k_dpm_2: heunLike,
  k_dpmpp_2s_a: heunLike,
  k_dpm_2_a: stochastic,
  k_dpmpp_sde: stochastic,
  k_dpm_adaptive: { m: 0.56, b: 0.14, o: 7.2, s: 0, ...first },
};

const hedCost = { cm: 2.38, cu: 3.14 };
const controls: Readonly<Record<string, { cm: number; cu: number }>> = {
  canny: { cm: 1.66, cu: 3.37 },
  depth: { cm: 2.03, cu: 4.11 },
  fakescribbles: { cm: 2.38, cu: 0.98 },
  hed: hedCost,
  hough: { cm: 2.43, cu: 2 },
  normal: { cm: 2.51, cu: 5.01 },
  openpose: { cm: 2.18, cu: 3.06 },
  scribble: { cm: 1.93, cu: 0 },
  seg: { cm: 2.46, cu: 0.39 },
};

interface ProcessorCost {
  readonly z: number;
  readonly v: number;
}
const sharpUpscaler: ProcessorCost = { z: 0.21, v: 1.48 };
const lightUpscaler: ProcessorCost = { z: 0.066, v: 0.41 };
const faceFixer: ProcessorCost = { z: 0.083, v: 0.49 };
const backgroundRemover: ProcessorCost = { z: 0.072, v: 0.63 };
const processors: Readonly<Record<string, ProcessorCost>> = {
  '4x_AnimeSharp': sharpUpscaler,
  '4xNomos8kSC': sharpUpscaler,
  '4xLSDIRplus': sharpUpscaler,
  '4xNomos2_hq_dat2': sharpUpscaler,
  NMKD_Siax: { z: 0.157, v: 0.9 },
  RealESRGAN_x2plus: { z: 0.172, v: 1.38 },
  RealESRGAN_x4plus_anime_6B: lightUpscaler,
  '4xNomosWebPhoto_RealPLKSR': lightUpscaler,
  '4xNomos2_realplksr_dysample': lightUpscaler,
  '2xModernSpanimationV1': lightUpscaler,
  GFPGAN: faceFixer,
  'GFPGANv1.3': faceFixer,
  RestoreFormer: faceFixer,
  CodeFormers: { z: 0, v: 0 },
  strip_background: backgroundRemover,
};

function processorCost(name: string): ProcessorCost {
  return (Object.hasOwn(processors, name) ? processors[name] : undefined) ?? backgroundRemover;
}

/** Kudos of one picture for an SD 1 model, without LoRA and TI (`kudos.md` 3.2). */
export function imagePrice(input: ImagePriceInput): number {
  const u = (input.width + input.height) / 1024;
  const q = u * u;
  const area = (input.width * input.height) / 262_144;
  const sampler =
    (Object.hasOwn(samplers, input.samplerName) ? samplers[input.samplerName] : undefined) ?? eulerLike;
  const perStep = sampler.isSecondOrder
    ? 0.16 + 0.137 * Math.max(0, u - 0.4) ** 2
    : 0.16 + 0.22 * Math.max(0, u - 0.83) ** 2;
  const source = sourceCost(input, q);
  const fixed =
    3.17 + 2.97 * Math.max(0, u - 1.1) ** 2 + 0.163 * area ** 2 + sampler.o + sampler.s * q + source.fixed;
  const hires = input.hiresFix ? Math.max(1, 2.79 / Math.max(u, 1.15)) : 1;
  const scale = sampler.m * q ** sampler.b * source.factor * hires;
  const price = fixed + perStep * effectiveSteps(input.steps) * scale;
  return input.postProcessing.reduce((sum, name) => sum + surcharge(name, price, q), price);
}

/** Long runs cost less a step, as the first and last steps weigh less. */
function effectiveSteps(steps: number): number {
  return 0.7 * Math.min(steps, 16) + Math.max(0, Math.min(steps, 48) - 16) + 0.8 * Math.max(0, steps - 48);
}

function sourceCost(input: ImagePriceInput, q: number): { fixed: number; factor: number } {
  const denoising = input.hasSourceImage ? (input.denoisingStrength ?? 1) : 1;
  if (input.controlType !== undefined) {
    const control =
      (Object.hasOwn(controls, input.controlType) ? controls[input.controlType] : undefined) ?? hedCost;
    return {
      fixed: control.cu + 2.17 * (1 - denoising),
      factor: control.cm * Math.sqrt(30 / input.steps),
    };
  }
  if (!input.hasSourceImage) return { fixed: 0, factor: 1 };
  if (input.sourceProcessing === 'inpainting' || input.sourceProcessing === 'outpainting') {
    return { fixed: 1.88 * Math.max(0, q - 0.67), factor: 1.28 };
  }
  if (input.sourceProcessing === 'txt2img') return { fixed: 0, factor: 1 };
  return { fixed: -1.61 * (1 - denoising), factor: 1 };
}

function surcharge(name: string, price: number, q: number): number {
  if (name === 'RealESRGAN_x4plus') return 1.16 * price * Math.min(1, q / 2.4);
  const { z, v } = processorCost(name);
  return z * price + v * q;
}

/** `imagePrice` with 3 kudos a LoRA and 1 for any textual inversion (`kudos.md` 2.5). */
export function imageBasePrice(input: ImagePriceInput): number {
  return imagePrice(input) + 3 * input.loraCount + (input.tiCount > 0 ? 1 : 0);
}

/** Factor of the model that ran, by its baseline (`kudos.md` 2.4). */
export function modelFactor(
  baseline: string | undefined,
  options: { workflow?: string | undefined; hiresFix?: boolean } = {},
): number {
  switch (baseline) {
    case 'stable_diffusion_xl':
      return options.workflow === 'qr_code' ? 4 : 2;
    case 'stable_cascade':
      return options.hiresFix === true ? 7 : 4;
    case 'flux_1':
    case 'z_image_turbo':
      return 8;
    case 'qwen_image':
      return 12;
    default:
      return 1;
  }
}

/** Baseline of a model that no reference knows, by the tag in its name (`kudos.md` 2.4). */
export function baselineFromName(model: string): string | undefined {
  if (model.includes('[SDXL]')) return 'stable_diffusion_xl';
  if (model.includes('[Flux]')) return 'flux_1';
  if (model.includes('[Qwen]')) return 'qwen_image';
  if (model.includes('[ZModel]') || model.includes('[ZImage]')) return 'z_image_turbo';
  return undefined;
}

/** What a finished picture earns its worker's owner, in cents: base price times the model's factor. */
export function imageRewardCents(basePrice: number, factor: number): number {
  return toCents(basePrice * factor);
}

/** The parts of a request that raise what its requester pays. */
export interface SurchargeInput {
  readonly hasSourceImage: boolean;
  readonly postProcessing: readonly string[];
  readonly slowWorkers: boolean;
  readonly workerBlacklist: boolean;
}

/**
 * What the requester pays for one finished picture, in cents (`kudos.md` 1.4): surcharges, one kudos
 * of tax, then the factors of a choosy request. A censored picture has a reward of 0 here.
 */
export function imageCostCents(rewardCents: number, input: SurchargeInput): number {
  const steps: Surcharge[] = [];
  if (input.hasSourceImage) steps.push({ percent: 130 });
  for (const name of input.postProcessing) {
    if (Object.hasOwn(upscalerFactors, name)) steps.push({ percent: 105 });
  }
  steps.push({ cents: 100 });
  if (!input.slowWorkers) steps.push({ percent: 120 });
  if (input.workerBlacklist) steps.push({ percent: 110 });
  return surcharged(rewardCents, steps);
}

/** Tax when a request enters the queue, in cents (`kudos.md` 1.4, `decisions.md` 20). */
export function activationTaxCents(input: {
  readonly extraSourceImages: number;
  readonly usesForeignStyle: boolean;
  /** What every request pays; the public horde takes 300 for pictures (`kudos.md` D1). */
  readonly baseCents?: number;
}): number {
  return (input.baseCents ?? 100) + 500 * input.extraSourceImages + (input.usesForeignStyle ? 200 : 0);
}
