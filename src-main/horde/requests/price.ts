import { imageBasePrice, imageCostCents, imageRewardCents, modelFactor } from '#shared/horde/kudos/rules.ts';
import { textCostCents, textEstimate } from '#shared/horde/kudos/text.ts';
import { baselineOf, type ImageReference } from '#shared/horde/requests/models.ts';
import type { RequestShape, TextShape } from '#shared/horde/requests/shape.ts';
import { textModelBillions, type TextReference } from '#shared/horde/workers/text-models.ts';

/** Price of one result, in cents where the name says so. */
export interface Price {
  /** Kudos that its worker earns, without the factor of an image model. */
  readonly baseKudos: number;
  /** What its worker earns if it is made with the dearest model. */
  readonly rewardCents: number;
  /** What the requester pays then. */
  readonly costCents: number;
}

export function imagePriceOf(shape: RequestShape, reference?: ImageReference): Price {
  const baseKudos = imageBasePrice({
    width: shape.width,
    height: shape.height,
    steps: shape.steps,
    samplerName: shape.params.sampler_name,
    hiresFix: shape.params.hires_fix ?? false,
    hasSourceImage: shape.hasSourceImage,
    sourceProcessing: shape.sourceProcessing,
    denoisingStrength: shape.params.denoising_strength,
    controlType: shape.params.control_type,
    postProcessing: shape.params.post_processing ?? [],
    loraCount: shape.params.loras?.length ?? 0,
    tiCount: shape.params.tis?.length ?? 0,
  });
  const factor = Math.max(1, ...shape.models.map((model) => factorOf(shape, model, reference)));
  const rewardCents = imageRewardCents(baseKudos, factor);
  return { baseKudos, rewardCents, costCents: costCentsOf(shape, rewardCents) };
}

/** The estimate of `kudos.md` 2.1: what is made decides what it costs. */
export function textPriceOf(shape: TextShape, reference?: TextReference): Price {
  const [first] = shape.models;
  const baseKudos = textEstimate({
    maxLength: shape.maxLength,
    maxContextLength: shape.maxContextLength,
    model: first === undefined ? undefined : { billions: textModelBillions(first, reference) },
  });
  const rewardCents = Math.round(baseKudos * 100);
  return { baseKudos, rewardCents, costCents: textCostCents(rewardCents) };
}

export function factorOf(shape: RequestShape, model: string, reference?: ImageReference): number {
  const { workflow, hires_fix: hiresFix } = shape.params;
  return modelFactor(baselineOf(model, reference), { workflow, hiresFix: hiresFix ?? false });
}

/** What the requester pays for a picture whose worker earns `rewardCents`. */
export function costCentsOf(shape: RequestShape, rewardCents: number): number {
  return imageCostCents(rewardCents, {
    hasSourceImage: shape.hasSourceImage,
    postProcessing: shape.params.post_processing ?? [],
    slowWorkers: shape.slowWorkers,
    workerBlacklist: shape.workerBlacklist,
  });
}

/** What the whole request costs if every result is made with its dearest model. */
export function totalCents(jobs: number, { costCents }: Price, taxCents: number): number {
  return costCents * jobs + taxCents;
}
