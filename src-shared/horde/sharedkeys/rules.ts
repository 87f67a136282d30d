import { ProblemError } from '../../common/problem.ts';

/** A shared key, as far as rules read it. Amounts are cents, times milliseconds since the epoch. */
export interface SharedKeyTerms {
  /** What may still be spent; undefined is no limit. */
  readonly allowanceCents: number | undefined;
  /** Undefined is never. */
  readonly expiry: number | undefined;
  /** Limits of one job; -1 is none, 0 forbids the kind. */
  readonly maxImagePixels: number;
  readonly maxImageSteps: number;
  readonly maxTextTokens: number;
}

/** One job of a request, as the limits of a key see it; `n` does not count (`kudos.md` 1.15). */
export type SharedKeyJob =
  | { readonly kind: 'image'; readonly pixels: number; readonly steps: number }
  | { readonly kind: 'text'; readonly tokens: number };

const noLimit = -1;

/** How many shared keys an account may have: the largest number that applies (SHK-01, `kudos.md` D15). */
export function sharedKeyQuota(user: { readonly isTrusted: boolean; readonly isEducation: boolean }): number {
  if (user.isEducation) return 1000;
  return user.isTrusted ? 10 : 3;
}

/** @throws ProblemError 403 `SharedKeyExpired` */
export function refuseExpired(key: Pick<SharedKeyTerms, 'expiry'>, now: number): void {
  if (key.expiry === undefined || key.expiry > now) return;
  throw new ProblemError(403, 'SharedKeyExpired', 'This shared key has expired.');
}

/** Whether nothing more may be spent with a key; such a key opens nothing (SHK-03). */
export function isEmpty(key: Pick<SharedKeyTerms, 'allowanceCents'>): boolean {
  return key.allowanceCents !== undefined && key.allowanceCents <= 0;
}

/** Whether a request of this price fits into what may still be spent. */
export function isWithinAllowance(key: Pick<SharedKeyTerms, 'allowanceCents'>, cents: number): boolean {
  return key.allowanceCents === undefined || cents <= key.allowanceCents;
}

/**
 * The limits of one job. A key that a style brought is not held to them (SHK-04).
 * @throws ProblemError 400 `BadRequest`
 */
export function refuseByLimits(key: SharedKeyTerms, job: SharedKeyJob): void {
  if (job.kind === 'image') {
    refuseAbove(key.maxImagePixels, job.pixels, 'pixels');
    refuseAbove(key.maxImageSteps, job.steps, 'steps');
  } else {
    refuseAbove(key.maxTextTokens, job.tokens, 'tokens');
  }
}

function refuseAbove(limit: number, asked: number, what: string): void {
  if (limit === noLimit || asked <= limit) return;
  throw new ProblemError(400, 'BadRequest', `This shared key allows at most ${limit} ${what}.`);
}
