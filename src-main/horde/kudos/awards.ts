import { type Query, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { refuseUnsoundBooks } from './checks.ts';
import { mintAward } from './grants.ts';
import { partyOf } from './standing.ts';
import { findParty } from './targets.ts';

export interface AwardOrder {
  readonly actorId: number;
  /** Alias or bare id. */
  readonly target: string;
  /** Whole kudos; fewer than none are taken away. */
  readonly amount: number;
  /** A fresh UUID, made outside the unit. */
  readonly id: string;
  readonly now: number;
}

/**
 * Awards kudos out of nothing and writes it into the audit log (`kudos.md` 1.12).
 * @returns whole kudos that were awarded
 * @throws ProblemError 403 `DeletedUser` · `NotAllowedAwards`, 400 `InvalidAwardUsername` ·
 *   `KudosAwardToAnon` · `KudosValidationError`
 */
export function* awardKudos(query: Query, order: AwardOrder): Work<number> {
  const { actorId, amount, id, now } = order;
  const actor = yield* partyOf(query, actorId);
  if (actor?.isDeleted === true) throw new ProblemError(403, 'DeletedUser', 'This account was deleted.');
  if (actor?.isAdmin !== true) {
    throw new ProblemError(403, 'NotAllowedAwards', 'Only admins of this horde may award kudos.');
  }
  const receiver = yield* findParty(query, order.target);
  if (!receiver) throw new ProblemError(400, 'InvalidAwardUsername', 'The account does not exist.');
  if (receiver.isAnonymous) {
    throw new ProblemError(400, 'KudosAwardToAnon', 'The anonymous account takes no kudos.');
  }
  if (receiver.isFlagged) {
    throw new ProblemError(400, 'KudosValidationError', 'This account may not be awarded kudos.');
  }
  yield* refuseUnsoundBooks(query);
  yield* mintAward(query, { id, userId: receiver.id, cents: amount * 100, now });
  const detail = JSON.stringify({ user: receiver.id, amount });
  yield* run(
    query.insertInto('horde_audit').values({ created: now, actor_id: actorId, action: 'award', detail }),
  );
  return amount;
}
