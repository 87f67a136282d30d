import type { RequestShape } from '../requests/shape.ts';
import type { ImageProfile } from '../workers/profile.ts';
import type { Matching, MatchRule } from './match.ts';
import type { SkippedReasons } from './schema.ts';

/** The kind of an image request. */
export interface ImageKind {
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
  readonly isUnsafeIp: boolean;
  /** From an unsafe address and from somebody who is not trusted (row 23). */
  readonly isDoubtful: boolean;
}

export type ImageReason = keyof SkippedReasons;

/** Speed of an image worker of which nothing is known, in pixelsteps a second (`queue.md` 2.8). */
export const baselineImageSpeed = 1_000_000;
/** Slower image workers are left out by requests that say so. */
export const slowImageSpeed = 500_000;
const manySteps = 30;

function kindOf(shape: RequestShape): ImageKind {
  const { params } = shape;
  const isPainting = shape.sourceProcessing === 'inpainting' || shape.sourceProcessing === 'outpainting';
  return {
    area: shape.width * shape.height,
    nsfw: shape.nsfw,
    trustedWorkers: shape.trustedWorkers,
    slowWorkers: shape.slowWorkers,
    extraSlowWorkers: shape.extraSlowWorkers,
    hasManySteps: shape.accurateSteps > manySteps,
    hasSourceImage: shape.hasSourceImage,
    isPainting: isPainting && shape.hasSourceImage,
    hasLoras: params.loras !== undefined,
    hasControl: params.control_type !== undefined || params.workflow !== undefined,
    isTransparent: params.transparent === true,
    hasPostProcessing: (params.post_processing ?? []).length > 0,
    isUnsafeIp: shape.ipRisk !== undefined,
    isDoubtful: shape.ipRisk === 'unsafe_untrusted',
  };
}

const rules: ReadonlyArray<MatchRule<ImageKind, ImageProfile, ImageReason>> = [
  { reason: 'nsfw', refuses: (kind, { profile }) => kind.nsfw && !profile.nsfw },
  { reason: 'untrusted', refuses: (kind, worker) => kind.trustedWorkers && !worker.isOwnerTrusted },
  { reason: 'max_pixels', refuses: (kind, { profile }) => kind.area > profile.maxPixels },
  { reason: 'performance', refuses: (kind, worker) => !kind.slowWorkers && worker.isSlow },
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
  { reason: 'unsafe_ip', refuses: (kind, { profile }) => kind.isUnsafeIp && !profile.allowUnsafeIp },
  { reason: 'untrusted', refuses: (kind, worker) => kind.isDoubtful && !worker.isOwnerTrusted },
];

/** How image requests find workers (`queue.md` 3.2, 3.4, 3.5). */
export const imageMatching: Matching<RequestShape, ImageKind, ImageProfile, ImageReason> & {
  readonly type: 'image';
} = {
  type: 'image',
  kindOf,
  rules,
  hints: [
    // Such a request fits, but workers read the counter as "raise your limit".
    { reason: 'max_pixels', refuses: (kind, { profile }) => kind.area === profile.maxPixels },
  ],
};

/** Counters that an empty answer always has (`queue.md` 3.5). */
export type SkippedCounts = Record<
  Exclude<ImageReason, 'max_pixels' | 'kudos' | 'blacklist' | 'step_count'>,
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
