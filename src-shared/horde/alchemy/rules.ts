import type { PictureLimits } from '../../engine-protocol/media.ts';
import { type MatchingWorker, refusalOfState } from '../jobs/match.ts';
import { alchemyTiles, maxAlchemyTiles } from '../kudos/alchemy.ts';
import { upscalerFactors } from '../requests/names.ts';
import type { AlchemyProfile } from '../workers/profile.ts';
import type { AlchemyForm } from './forms.ts';
import type { PictureSize } from './picture-size.ts';

/** What matching reads of a form that waits. */
export interface WaitingForm {
  readonly name: AlchemyForm;
  /** Who asked. */
  readonly userId: number;
  readonly tiles: number;
  readonly slowWorkers: boolean;
  /** Only for workers of trusted owners. */
  readonly needsTrust: boolean;
}

/** An alchemist as matching sees it. */
export type MatchingAlchemist = MatchingWorker<AlchemyProfile>;

/** Whether a worker may do a form (`queue.md` 3.6). */
export function canDoForm(worker: MatchingAlchemist, form: WaitingForm): boolean {
  return (
    refusalOfState(form.userId, worker) === undefined &&
    worker.profile.forms.includes(form.name) &&
    form.tiles <= worker.profile.maxTiles &&
    (form.slowWorkers || !worker.isSlow) &&
    (!form.needsTrust || worker.isOwnerTrusted)
  );
}

/** The balance at the submit, which never ages; a flagged account stands behind all others (`queue.md` 5.1, 1.9). */
export function alchemyPriority(user: { readonly isFlagged: boolean; readonly kudosCents: number }): number {
  if (!user.isFlagged) return Math.trunc(user.kudosCents / 100);
  return user.kudosCents > 1000 ? Math.round(user.kudosCents / 100_000) : -100;
}

const maxSourcePixels = 3072 * 3072;
/** A WebP has no longer one. */
const maxSourceSide = 16_383;

/** Whether a source picture is larger than any that is taken (`decisions.md` 35, `queue.md` 5.2). */
export function isSourceTooLarge({ width, height }: PictureSize): boolean {
  const isTooLong = Math.max(width, height) > maxSourceSide;
  return isTooLong || width * height > maxSourcePixels || alchemyTiles(width, height) > maxAlchemyTiles;
}

/** Limits under which a source picture is opened; what its header says it is must be what it is. */
export function sourceLimitsOf(size: PictureSize | undefined, maxBytes: number): PictureLimits {
  // Its orientation may turn it.
  const side = size && Math.max(size.width, size.height);
  return { maxBytes, maxWidth: side ?? 3072, maxHeight: side ?? 3072 };
}

/** Limits of the picture that a form makes: what it implies, upscalers counted (`decisions.md` 35). */
export function formResultLimits(form: AlchemyForm, source: PictureSize): PictureLimits {
  const factor = upscalerFactors[form] ?? 1;
  return {
    maxBytes: 32 * 1024 * 1024,
    maxWidth: Math.min(8192, source.width * factor),
    maxHeight: Math.min(8192, source.height * factor),
  };
}

/** Characters that the payload of one form may have. */
const maxPayloadLength = 10_000;

/**
 * A form's payload as its worker receives it: texts alone (`api.md` 4.7).
 * @returns undefined for none, `too long` for one that nobody needs
 */
export function payloadOf(
  typed: Readonly<Record<string, unknown>> | undefined,
): Record<string, string> | 'too long' | undefined {
  if (typed === undefined || Object.keys(typed).length === 0) return undefined;
  const payload = Object.fromEntries(
    Object.entries(typed).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  return JSON.stringify(payload).length > maxPayloadLength ? 'too long' : payload;
}
