import { heavyPostProcessors } from '../requests/names.ts';
import type { RequestShape } from '../requests/rules.ts';
import type { SkippedReasons } from './schema.ts';

/** What a worker said in its last pop, defaults filled in. */
export interface WorkerProfile {
  readonly models: readonly string[];
  readonly nsfw: boolean;
  readonly bridgeAgent: string;
  readonly threads: number;
  readonly requireUpfrontKudos: boolean;
  readonly isExtraSlow: boolean;
  readonly maxPixels: number;
  /** Lower case. */
  readonly blacklist: readonly string[];
  readonly allowImg2img: boolean;
  readonly allowPainting: boolean;
  readonly allowPostProcessing: boolean;
  readonly allowControlnet: boolean;
  readonly allowSdxlControlnet: boolean;
  readonly allowLora: boolean;
  readonly limitMaxSteps: boolean;
}

/** A worker as matching sees it. */
export interface MatchingWorker {
  readonly id: string;
  readonly ownerId: number;
  readonly isOwnerTrusted: boolean;
  readonly isInMaintenance: boolean;
  readonly isPaused: boolean;
  /** Pixelsteps a second. */
  readonly speed: number;
  readonly profile: WorkerProfile;
}

/**
 * Everything that matching asks of a request which does not depend on its models, text, targets or
 * owner (`queue.md` 9.4): requests of one kind and model wait in one list.
 */
export interface MatchKind {
  readonly area: number;
  readonly nsfw: boolean;
  readonly trustedWorkers: boolean;
  readonly slowWorkers: boolean;
  readonly extraSlowWorkers: boolean;
  /** More than the middle of 20 and 40, the limits of a model that no reference knows (row 22). */
  readonly hasManySteps: boolean;
  readonly hasSourceImage: boolean;
  readonly isPainting: boolean;
  readonly hasLoras: boolean;
  readonly hasControl: boolean;
  readonly isTransparent: boolean;
  readonly hasPostProcessing: boolean;
}

export interface MatchKey {
  /** None means any. */
  readonly models: readonly string[];
  readonly kind: MatchKind;
}

export type RefusalReason = keyof SkippedReasons | 'maintenance';

/** Speed of a worker of which nothing is known, in pixelsteps a second (`queue.md` 2.8). */
export const baselineSpeed = 1_000_000;
/** Slower workers are left out by requests that say so. */
export const slowWorkerSpeed = 500_000;
const manySteps = 30;

export function matchKeyOf(request: RequestShape): MatchKey {
  const { params } = request;
  const isPainting = request.sourceProcessing === 'inpainting' || request.sourceProcessing === 'outpainting';
  const kind = {
    area: request.width * request.height,
    nsfw: request.nsfw,
    trustedWorkers: request.trustedWorkers,
    slowWorkers: request.slowWorkers,
    extraSlowWorkers: request.extraSlowWorkers,
    hasManySteps: request.accurateSteps > manySteps,
    hasSourceImage: request.hasSourceImage,
    isPainting: isPainting && request.hasSourceImage,
    hasLoras: params.loras !== undefined,
    hasControl: params.control_type !== undefined || params.workflow !== undefined,
    isTransparent: params.transparent === true,
    hasPostProcessing: (params.post_processing ?? []).length > 0,
  };
  return { models: request.models, kind };
}

interface Rule {
  readonly reason: keyof SkippedReasons;
  refuses(kind: MatchKind, worker: MatchingWorker): boolean;
}

/** Why a worker is refused a kind of request, each reason by itself (`queue.md` 3.4); models left out. */
const rules: readonly Rule[] = [
  { reason: 'nsfw', refuses: (kind, { profile }) => kind.nsfw && !profile.nsfw },
  { reason: 'untrusted', refuses: (kind, worker) => kind.trustedWorkers && !worker.isOwnerTrusted },
  { reason: 'max_pixels', refuses: (kind, { profile }) => kind.area > profile.maxPixels },
  { reason: 'performance', refuses: (kind, worker) => !kind.slowWorkers && worker.speed < slowWorkerSpeed },
  { reason: 'performance', refuses: (kind, { profile }) => !kind.extraSlowWorkers && profile.isExtraSlow },
  { reason: 'step_count', refuses: (kind, { profile }) => kind.hasManySteps && profile.limitMaxSteps },
  { reason: 'painting', refuses: (kind, { profile }) => kind.isPainting && !profile.allowPainting },
  { reason: 'img2img', refuses: (kind, { profile }) => kind.hasSourceImage && !profile.allowImg2img },
  { reason: 'lora', refuses: (kind, { profile }) => kind.hasLoras && !profile.allowLora },
  {
    reason: 'controlnet',
    refuses: (kind, { profile }) =>
      (kind.hasControl && !profile.allowControlnet) || (kind.isTransparent && !profile.allowSdxlControlnet),
  },
  {
    reason: 'post-processing',
    refuses: (kind, { profile }) => kind.hasPostProcessing && !profile.allowPostProcessing,
  },
];

/**
 * Why a worker may not do a request, or nothing when it may: the rows of `queue.md` 3.2 and 3.4 that
 * rest on what the pop declares. Unknown agents are trusted to do what they declare (`decisions.md` 7).
 */
export function refusalOf(
  request: RequestShape,
  requesterId: number,
  worker: MatchingWorker,
): RefusalReason | undefined {
  return (
    refusalOfState(requesterId, worker) ??
    (isBlacklisted(request.prompt, worker) ? 'blacklist' : undefined) ??
    (isTargetingExcluding(request, worker.id) ? 'worker_id' : undefined) ??
    refusalOfKey(matchKeyOf(request), worker)
  );
}

/** The part of `refusalOf` that is the same for all requests of a kind that name the same models. */
export function refusalOfKey(key: MatchKey, worker: MatchingWorker): RefusalReason | undefined {
  return refusalOfModels(key, worker) ?? refusalOfKind(key.kind, worker);
}

/** The part of `refusalOf` that is the same for all requests of a kind. */
export function refusalOfKind(kind: MatchKind, worker: MatchingWorker): RefusalReason | undefined {
  for (const rule of rules) if (rule.refuses(kind, worker)) return rule.reason;
  return undefined;
}

/** Every reason for which a worker is refused a kind of request; `performance` may stand twice. */
export function skipReasonsOf(kind: MatchKind, worker: MatchingWorker): ReadonlyArray<keyof SkippedReasons> {
  const reasons: Array<keyof SkippedReasons> = [];
  for (const rule of rules) if (rule.refuses(kind, worker)) reasons.push(rule.reason);
  // Such a request fits, but workers read the counter as "raise your limit".
  if (kind.area === worker.profile.maxPixels) reasons.push('max_pixels');
  return reasons;
}

function refusalOfModels({ models }: MatchKey, { profile }: MatchingWorker): RefusalReason | undefined {
  if (models.length === 0 || models.some((name) => profile.models.includes(name))) return undefined;
  return 'models';
}

/** A worker in maintenance or paused works for its owner alone. */
export function refusalOfState(requesterId: number, worker: MatchingWorker): RefusalReason | undefined {
  const isResting = worker.isInMaintenance || worker.isPaused;
  return isResting && requesterId !== worker.ownerId ? 'maintenance' : undefined;
}

/** A word of the worker's blacklist stands in the prompt, negative part included. */
export function isBlacklisted(prompt: string, worker: MatchingWorker): boolean {
  const { blacklist } = worker.profile;
  if (blacklist.length === 0) return false;
  const text = prompt.toLowerCase();
  return blacklist.some((word) => word !== '' && text.includes(word));
}

export function isTargetingExcluding(
  request: Pick<RequestShape, 'workers' | 'workerBlacklist'>,
  workerId: string,
): boolean {
  if (request.workers.length === 0) return false;
  return request.workers.includes(workerId) === request.workerBlacklist;
}

/** Counters that an empty answer always has (`queue.md` 3.5). */
export type SkippedCounts = Record<
  Exclude<keyof SkippedReasons, 'max_pixels' | 'kudos' | 'blacklist' | 'step_count'>,
  number
> &
  SkippedReasons;

export const noneSkipped: Readonly<SkippedCounts> = {
  models: 0,
  worker_id: 0,
  img2img: 0,
  painting: 0,
  unsafe_ip: 0,
  nsfw: 0,
  lora: 0,
  'post-processing': 0,
  controlnet: 0,
  performance: 0,
  untrusted: 0,
  bridge_version: 0,
};

/** Jobs of one request that one pop may take (`queue.md` 2.10). */
export function batchLimit(
  request: Pick<RequestShape, 'width' | 'height' | 'params' | 'disableBatching'>,
  open: number,
  pop: { readonly amount: number; readonly maxPixels: number },
  baselineWeight = 1,
): number {
  if (request.disableBatching) return Math.min(1, open);
  const processors = request.params.post_processing ?? [];
  let weight = 1 + 0.4 * processors.length;
  if (processors.some((name) => heavyPostProcessors.has(String(name))) || request.params.transparent === true)
    weight *= 1.8;
  const area = request.width * request.height;
  const safe = roundHalfEven(((pop.maxPixels / 3.5) * pop.amount) / (area * weight * baselineWeight));
  return Math.min(Math.max(1, Math.min(safe, pop.amount)), open);
}

/** Pictures of a model that fit where one of SD 1 does, inverted (`queue.md` 2.10, Q-10). */
export function batchWeight(baselines: readonly (string | undefined)[]): number {
  const weights: Readonly<Record<string, number>> = { flux_1: 5, z_image_turbo: 8, qwen_image: 10 };
  return Math.max(1, ...baselines.map((baseline) => weights[baseline ?? ''] ?? 1));
}

/** Half to even, as the public horde rounds (`queue.md` 0.3). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
