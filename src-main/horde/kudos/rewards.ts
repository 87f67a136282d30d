import type { Query, Work } from '#main/db/work.ts';
import { isUnderEvaluation, uptimeShares } from '#shared/horde/kudos/accounts.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';
import { between, post } from './ledger.ts';
import { noteActive, partyOf } from './standing.ts';
import { addStatistics } from './statistics.ts';
import { promoteIfDue } from './trust.ts';

export interface UptimeReward {
  readonly workerId: string;
  readonly ownerId: number;
  /** The worker's uptime in seconds at which the reward is due. */
  readonly markSeconds: number;
  readonly cents: number;
  /** An alchemist's uptime is paid out whatever the trust of its owner. */
  readonly kind?: WorkerKind;
  readonly now: number;
}

/**
 * Pays a worker's owner for staying online, once a mark; all of it to escrow while under evaluation.
 * @returns whether the owner became trusted by it: all of the owner's workers were un-paused
 */
export function* rewardUptime(query: Query, input: UptimeReward): Work<{ isPromoted: boolean }> {
  const { ownerId, cents, now } = input;
  const owner = yield* partyOf(query, ownerId);
  const isEvaluated = owner !== undefined && isUnderEvaluation(owner);
  const shares = uptimeShares(cents, isEvaluated, input.kind === 'interrogation');
  const { isNew } = yield* post(query, {
    key: `uptime:${input.workerId}:${input.markSeconds}`,
    type: 'UPTIME_REWARD',
    now,
    lines: [
      { side: { system: 'mint' }, cents: -cents },
      { side: { userId: ownerId }, cents: shares.balance },
      { side: { escrowOf: ownerId }, cents: shares.escrow },
    ],
    content: { owner: ownerId, pay: cents },
  });
  if (!isNew) return { isPromoted: false };
  yield* addStatistics(query, [{ userId: ownerId, name: 'kudos:accumulated', amount: shares.balance }]);
  if (owner) yield* noteActive(query, [owner], now);
  return { isPromoted: shares.escrow > 0 && (yield* promoteIfDue(query, ownerId, now)) };
}

/** What the author of a style gains from a request that uses it. */
export const styleRewardCents = 200;

/**
 * Rewards the author of a style once a request, inside the unit that accepts it; never for own use
 * (`kudos.md` 1.14, D3, D4). The requester's two kudos are part of the activation.
 * @returns whether the author was rewarded now
 */
export function* rewardStyle(
  query: Query,
  input: {
    readonly kind: Exclude<WorkerKind, 'interrogation'>;
    readonly requestId: string;
    readonly authorId: number;
    readonly payerId: number;
    readonly now: number;
  },
): Work<boolean> {
  const { authorId: userId, requestId, now } = input;
  if (userId === input.payerId) return false;
  const { isNew } = yield* post(query, {
    key: `style:${requestId}`,
    type: 'STYLE_REWARD',
    requestId,
    now,
    lines: between('mint', { userId }, styleRewardCents),
  });
  if (!isNew) return false;
  yield* addStatistics(query, [
    { userId, name: 'kudos:styled', amount: styleRewardCents },
    { userId, name: `style:${input.kind}`, amount: 1 },
  ]);
  return true;
}

/**
 * Rewards a requester for rating a request, once (`kudos.md` 1.13, D13).
 * @returns whether kudos moved now
 */
export function* rewardRating(
  query: Query,
  input: {
    readonly requestId: string;
    readonly userId: number;
    readonly cents: number;
    readonly now: number;
  },
): Work<boolean> {
  const { requestId, userId, cents, now } = input;
  const { isNew } = yield* post(query, {
    key: `rate:${requestId}`,
    type: 'RATING_REWARD',
    requestId,
    now,
    lines: between('mint', { userId }, cents),
  });
  if (isNew) yield* addStatistics(query, [{ userId, name: 'kudos:awarded', amount: cents }]);
  return isNew;
}
