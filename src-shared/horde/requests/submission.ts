import { ProblemError } from '../../common/problem.ts';
import { containsNul } from './rules.ts';

const refuse = (rc: string, message: string, status = 400) => new ProblemError(status, rc, message);

/** What the checks of a request read of its caller. */
export interface RequestCaller {
  readonly alias: string;
  readonly isTrusted: boolean;
  readonly isSpecial: boolean;
}

/** The part of a request of any type that is checked before the caller's limits. */
export interface Submission {
  readonly prompt: string;
  readonly params?: { readonly n?: number | undefined } | undefined;
  readonly extra_source_images?: readonly unknown[] | undefined;
  readonly disable_batching?: boolean | undefined;
}

/**
 * Checks that come before the named workers are looked up (`queue.md` 1.3, steps 6 and 7).
 * @throws ProblemError 400 with the code of `api.md` 5.1
 */
export function checkSubmission(input: Submission, caller: Pick<RequestCaller, 'isTrusted'>): void {
  if (containsNul(input)) throw refuse('NulByteInPayload', 'Texts must not hold NUL characters.');
  const extras = input.extra_source_images ?? [];
  if (extras.length > 5) throw refuse('TooManyExtraSourceImages.', 'At most 5 extra source images.');
  if (extras.length > 1 && !caller.isTrusted) {
    throw refuse(
      'MoreThanMinExtraSourceImage.',
      'Only trusted users may send more than 1 extra source image.',
    );
  }
  if (input.prompt.trim() === '') throw refuse('MissingPrompt', 'The prompt is empty.');
}

/**
 * The check that comes after the named workers.
 * @throws ProblemError 400 `RequiresTrust`
 */
export function checkBatching(input: Submission, caller: Pick<RequestCaller, 'isTrusted'>): void {
  if ((input.params?.n ?? 1) > 1 && input.disable_batching === true && !caller.isTrusted) {
    throw refuse('RequiresTrust', 'Only trusted users may disable batching for more than one result.');
  }
}
