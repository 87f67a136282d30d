import { roundHalfEven } from '../common/round.ts';
import { type ImageReference, noReference } from './models.ts';
import { accurateSteps } from './rules.ts';
import type { RequestShape } from './shape.ts';

/** How busy the horde is with pictures. */
export interface QueueLoad {
  /** Threads of workers seen in the last five minutes. */
  readonly threads: number;
  /** Waiting and running jobs. */
  readonly jobs: number;
}

const lcmVersions: ReadonlySet<string> = new Set(
  '246747 247778 268475 243643 225222 219782 363353'.split(' '),
);
const lcmIds: ReadonlySet<string> = new Set('195519 216190 324115'.split(' '));
const smallestSide = 576;
const largestSide = 1024;
/** Steps of a model that no reference knows: what is free, and what a downgraded request gets. */
const freeSteps = 40;
const downgradedSteps = 30;

/** Side of the largest square that is free of an upfront payment (`queue.md` 1.8). */
export function freeSide(load: QueueLoad, baselines: ReadonlyArray<string | undefined> = []): number {
  const raw = largestSide + 10 * load.threads - roundHalfEven(0.9 * load.jobs);
  const floors = baselines.map((baseline) => floorOf(baseline));
  return Math.min(largestSide, Math.max(smallestSide, raw, ...floors));
}

function floorOf(baseline: string | undefined): number {
  if (baseline?.startsWith('stable diffusion 2') === true) return 768;
  const isLarge = ['stable_diffusion_xl', 'stable_cascade', 'flux_1'].includes(baseline ?? '');
  return isLarge ? 1024 : smallestSide;
}

function usesLcm({ params }: RequestShape): boolean {
  if (params.sampler_name === 'lcm') return true;
  return (params.loras ?? []).some((lora) =>
    (lora.is_version === true ? lcmVersions : lcmIds).has(lora.name),
  );
}

/** Whether a request is so heavy that its owner has to be able to pay for all of it. */
export function needsUpfront(
  shape: RequestShape,
  side: number,
  reference: ImageReference = noReference,
): boolean {
  if (!shape.slowWorkers) return true;
  if (usesLcm(shape) && shape.accurateSteps > 10) return true;
  if (shape.accurateSteps > Math.min(...mostSteps(shape, reference, freeSteps))) return true;
  if (shape.width * shape.height > side * side) return true;
  return shape.params.control_type !== undefined && shape.accurateSteps > 20;
}

/** Cuts a size down to what is free, keeping its proportions as far as steps of 64 allow. */
export function downgradedSize(
  size: { readonly width: number; readonly height: number },
  side: number,
): { width: number; height: number } {
  const limit = side * side;
  if (size.width * size.height <= limit) return { width: size.width, height: size.height };
  const scale = Math.sqrt(limit / (size.width * size.height));
  // A hair more than the exact product, so that a side that should be whole is not floored below it.
  const snap = (length: number) => 64 * Math.floor((length * scale) / 64 + 1e-9);
  let [width, height] = [snap(size.width), snap(size.height)];
  while (width * height > limit) {
    if (width >= height) width -= 64;
    else height -= 64;
  }
  return width * height < 512 * 512 ? { width: 512, height: 512 } : { width, height };
}

/** A request made small enough to need no upfront payment (`queue.md` 1.8, Q-26). */
export function downgrade(
  shape: RequestShape,
  side: number,
  reference: ImageReference = noReference,
): RequestShape {
  const { width, height } = downgradedSize(shape, side);
  const sampler = shape.params.sampler_name;
  const steps = sampler === 'k_dpm_adaptive' ? shape.steps : downgradeSteps(shape, reference);
  return {
    ...shape,
    slowWorkers: true,
    width,
    height,
    steps,
    accurateSteps: accurateSteps(sampler, steps),
    params: { ...shape.params, width, height },
  };
}

function downgradeSteps(shape: RequestShape, reference: ImageReference): number {
  const most = ceilingOf(shape, reference);
  let { steps } = shape;
  while (steps > 5 && accurateSteps(shape.params.sampler_name, steps) > most) steps -= 1;
  return steps;
}

function ceilingOf(shape: RequestShape, reference: ImageReference): number {
  if (usesLcm(shape)) return 10;
  if (shape.params.control_type !== undefined) return 20;
  return Math.min(
    ...mostSteps(shape, reference, downgradedSteps),
    shape.models.length === 0 ? downgradedSteps : Infinity,
  );
}

/** The most steps of each named model. */
function mostSteps({ models }: RequestShape, reference: ImageReference, unknown: number): number[] {
  return models.map((model) => reference(model)?.requirements?.max_steps ?? unknown);
}
