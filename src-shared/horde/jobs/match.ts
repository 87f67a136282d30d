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

export type RefusalReason = keyof SkippedReasons | 'maintenance';

/** Slower workers are left out by requests that say so. */
export const slowWorkerSpeed = 500_000;

/**
 * Why a worker may not do a request, or nothing when it may: the rows of `queue.md` 3.2 and 3.4 that
 * rest on what the pop declares. Unknown agents are trusted to do what they declare (`decisions.md` 7).
 */
export function refusalOf(
  request: RequestShape,
  requesterId: number,
  worker: MatchingWorker,
): RefusalReason | undefined {
  const { profile } = worker;
  const isOwn = requesterId === worker.ownerId;
  if (worker.isInMaintenance && !isOwn) return 'maintenance';
  if (worker.isPaused && !isOwn) return 'maintenance';
  if (request.nsfw && !profile.nsfw) return 'nsfw';
  if (request.trustedWorkers && !worker.isOwnerTrusted) return 'untrusted';
  const prompt = request.prompt.toLowerCase();
  if (profile.blacklist.some((word) => word !== '' && prompt.includes(word))) return 'blacklist';
  if (isTargetingExcluding(request, worker.id)) return 'worker_id';
  if (request.models.length > 0 && !request.models.some((name) => profile.models.includes(name)))
    return 'models';
  if (request.width * request.height > profile.maxPixels) return 'max_pixels';
  return refusalOfSpeed(request, worker) ?? refusalOfFeatures(request, profile);
}

function isTargetingExcluding(request: RequestShape, workerId: string): boolean {
  if (request.workers.length === 0) return false;
  return request.workers.includes(workerId) === request.workerBlacklist;
}

function refusalOfSpeed(request: RequestShape, worker: MatchingWorker): RefusalReason | undefined {
  if (!request.slowWorkers && worker.speed < slowWorkerSpeed) return 'performance';
  if (worker.profile.isExtraSlow && !request.extraSlowWorkers) return 'performance';
  // Without a model reference every model counts with the defaults 20 and 40 (row 22).
  if (worker.profile.limitMaxSteps && request.accurateSteps > 30) return 'step_count';
  return undefined;
}

function refusalOfFeatures(request: RequestShape, profile: WorkerProfile): RefusalReason | undefined {
  const isPainting = request.sourceProcessing === 'inpainting' || request.sourceProcessing === 'outpainting';
  if (isPainting && request.hasSourceImage && !profile.allowPainting) return 'painting';
  if (request.hasSourceImage && !profile.allowImg2img) return 'img2img';
  if (request.params.loras !== undefined && !profile.allowLora) return 'lora';
  const hasControl = request.params.control_type !== undefined || request.params.workflow !== undefined;
  if (hasControl && !profile.allowControlnet) return 'controlnet';
  if (request.params.transparent === true && !profile.allowSdxlControlnet) return 'controlnet';
  if ((request.params.post_processing ?? []).length > 0 && !profile.allowPostProcessing)
    return 'post-processing';
  return undefined;
}

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

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
