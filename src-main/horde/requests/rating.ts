import { ProblemError } from '#shared/common/problem.ts';
import type { RequestStatusCheck } from '#shared/horde/requests/schema.ts';

const refuse = (rc: string, message: string) => new ProblemError(400, rc, message);

/**
 * Judges ratings of a request's pictures in the order of `api.md` 5.1. Pictures of a private horde are
 * never shared and no rating service listens, so nothing gets past the second check.
 * @throws ProblemError 400 `AestheticsNotCompleted` · `AestheticsNotPublic`
 */
export function refuseRating({ done }: Pick<RequestStatusCheck, 'done'>): never {
  if (!done) throw refuse('AestheticsNotCompleted', 'Only pictures of a finished request are rated.');
  throw refuse('AestheticsNotPublic', 'Only pictures that are shared with everybody are rated.');
}
