import {
  baselineFromName,
  imageBasePrice,
  imageCostCents,
  imageRewardCents,
  modelFactor,
} from '#shared/horde/kudos/rules.ts';
import type { RequestShape } from '#shared/horde/requests/rules.ts';

/** Price of one picture, in cents where the name says so. */
export interface Price {
  /** Without the model's factor, in kudos. */
  readonly baseKudos: number;
  /** What its worker earns if it is made with the dearest model. */
  readonly rewardCents: number;
  /** What the requester pays then. */
  readonly costCents: number;
}

export function priceOf(shape: RequestShape): Price {
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
  const factor = Math.max(1, ...shape.models.map((model) => factorOf(shape, model)));
  const rewardCents = imageRewardCents(baseKudos, factor);
  return { baseKudos, rewardCents, costCents: costCentsOf(shape, rewardCents) };
}

export function factorOf(shape: RequestShape, model: string): number {
  const { workflow, hires_fix: hiresFix } = shape.params;
  return modelFactor(baselineFromName(model), { workflow, hiresFix: hiresFix ?? false });
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
