import { suspiciousPoints } from '../kudos/accounts.ts';
import type { WorkerSuspicionType } from './types.ts';

/** Whether a worker is paused by its points (SUS-10, SUS-11). */
export function isPausedByPoints(points: number, isOwnerTrusted: boolean): boolean {
  return !isOwnerTrusted && points >= suspiciousPoints;
}

/** Pixels that no honest worker without trust declares to do: 3072 × 3072 (code 4). */
const extremePixels = 3072 * 3072;

/** What a new worker's name says against it (codes 0 to 2), before the name is cut. */
export function nameSuspicions(name: string, isProfane: boolean): WorkerSuspicionType[] {
  const { length } = Array.from(name);
  return [
    ...(length > 100 ? (['WORKER_NAME_LONG'] as const) : []),
    ...(length > 200 ? (['WORKER_NAME_EXTREME'] as const) : []),
    ...(isProfane ? (['WORKER_PROFANITY'] as const) : []),
  ];
}

/** Whether an image worker declares more than it may without trust (code 4). */
export function isExtremePixels(maxPixels: number, isOwnerTrusted: boolean): boolean {
  return !isOwnerTrusted && maxPixels > extremePixels;
}

/** Speeds above which a result is not believed (`accounts-and-safety.md` 3.2). */
export interface SpeedLimits {
  /** Megapixelsteps a second. */
  readonly image: number;
  /** Tokens a second, whatever the model. */
  readonly text: number;
}
export const defaultSpeedLimits: SpeedLimits = { image: 20, text: 150 };

/** A result as its speed is measured: from when its job was handed out. */
export type MeasuredResult = {
  readonly seconds: number;
  readonly isOwnerTrusted: boolean;
  /** The host's own worker, or one that connects from this computer (SUS-03, `decisions.md` 18). */
  readonly isLocal: boolean;
} & (
  | { readonly kind: 'image'; readonly pixelsteps: number }
  | {
      readonly kind: 'text';
      readonly tokens: number;
      readonly model: string;
      /** Billions of parameters; undefined for a model that no reference knows. */
      readonly billionParameters: number | undefined;
    }
  | { readonly kind: 'alchemy' }
);

/**
 * Whether a result came faster than any worker could make it; at most one point a result (SUS-02).
 * @returns the speed in the unit of the limit where it did, for the moderators
 */
export function unreasonableSpeed(
  result: MeasuredResult,
  limits: SpeedLimits = defaultSpeedLimits,
): number | undefined {
  if (result.isLocal || result.kind === 'alchemy') return undefined;
  const things = result.kind === 'image' ? result.pixelsteps / 1_000_000 : result.tokens;
  // What took no time at all is as fast as a millisecond allows.
  const speed = things / Math.max(result.seconds, 0.001);
  const limit = result.kind === 'image' ? limits.image : textLimit(result, limits.text);
  return speed > limit ? speed : undefined;
}

function textLimit(
  result: {
    readonly isOwnerTrusted: boolean;
    readonly model: string;
    readonly billionParameters: number | undefined;
  },
  anyModel: number,
): number {
  const size = result.billionParameters;
  if (result.isOwnerTrusted || size === undefined) return anyModel;
  const base = size >= 70 ? 30 : size >= 14 ? 100 : anyModel;
  return Math.min(anyModel, base * (result.model.toLowerCase().includes('8x') ? 3 : 1));
}

const dropWindowMs = 3_600_000;

/** Jobs that a worker dropped since `since`. */
export interface Drops {
  readonly count: number;
  readonly since: number;
}

export interface DropOutcome {
  readonly drops: Drops;
  /** It dropped too many: a point, and the count begins anew. */
  readonly isTooMany: boolean;
  /** It goes into maintenance. Not in a raid: the attacker is not told what is noticed. */
  readonly entersMaintenance: boolean;
}

/** What one more dropped job does (`accounts-and-safety.md` 4.6). */
export function afterDrop(
  before: Drops,
  {
    now,
    isRaided,
    isAlchemist,
  }: { readonly now: number; readonly isRaided: boolean; readonly isAlchemist: boolean },
): DropOutcome {
  const isNewWindow = now - before.since > dropWindowMs;
  const count = (isNewWindow ? 0 : before.count) + 1;
  const limit = isAlchemist ? 100 : isRaided ? 10 : 20;
  const isTooMany = count > limit;
  return {
    drops: { count: isTooMany ? 0 : count, since: isNewWindow ? now : before.since },
    isTooMany,
    entersMaintenance: isTooMany && !isRaided,
  };
}
