import { type Query, row, type Work } from '#main/db/work.ts';
import { consumeHold } from './holds.ts';
import { addStatistics, type Line, post } from './ledger.ts';

export interface ImageSettlement {
  readonly jobId: string;
  readonly requestId: string;
  readonly requesterId: number;
  readonly workerOwnerId: number;
  readonly workerId: string;
  /** What the requester pays, surcharges and tax included. */
  readonly priceCents: number;
  /** What the worker's owner gains. */
  readonly rewardCents: number;
  /** Pixelsteps made, for the records of both accounts. */
  readonly pixelsteps?: number;
  readonly now: number;
}

/**
 * Settles a finished image job inside the unit that completes it: the requester pays, the owner of
 * the worker gains (half of it in escrow while untrusted), the difference is burnt, or minted where a
 * censored job pays more than it costs (`kudos.md` 4.2). The key is `settle:<job>`, so submit and
 * cancel can settle it once.
 * @throws MovementConflictError when the job was settled at another price
 */
export function* settleImageJob(query: Query, job: ImageSettlement): Work<{ rewardCents: number }> {
  const difference = job.priceCents - job.rewardCents;
  const rest: Line = { side: { system: difference >= 0 ? 'tax' : 'subsidy' }, cents: difference };
  const escrowCents = (yield* isUnderEvaluation(query, job.workerOwnerId))
    ? Math.floor(job.rewardCents / 2)
    : 0;
  const { isNew } = yield* post(query, {
    key: `settle:${job.jobId}`,
    type: 'SETTLEMENT',
    requestId: job.requestId,
    jobId: job.jobId,
    now: job.now,
    lines: [
      { side: { userId: job.requesterId }, cents: -job.priceCents },
      { side: { userId: job.workerOwnerId }, cents: job.rewardCents - escrowCents },
      { side: { escrowOf: job.workerOwnerId }, cents: escrowCents },
      rest,
    ],
  });
  if (isNew) {
    const pixelsteps = job.pixelsteps ?? 0;
    yield* consumeHold(query, job.requestId, job.priceCents);
    yield* addStatistics(query, job.requesterId, {
      'kudos:accumulated': -job.priceCents,
      'usage:pixelsteps': pixelsteps,
      'request:image': 1,
    });
    yield* addStatistics(query, job.workerOwnerId, {
      'kudos:accumulated': job.rewardCents,
      'contribution:pixelsteps': pixelsteps,
      'fulfillment:image': 1,
    });
  }
  return { rewardCents: job.rewardCents };
}

/** Neither trusted nor anonymous: earnings go to escrow in part (`kudos.md` 1.6). */
function* isUnderEvaluation(query: Query, userId: number): Work<boolean> {
  const user = yield* row(
    query.selectFrom('users').select(['is_trusted', 'is_admin', 'oauth_id']).where('id', '=', userId),
  );
  return user?.is_trusted === 0 && user.is_admin === 0 && user.oauth_id !== 'anon';
}

/** Charges the tax of a request that enters the queue, once (`activate:<request>`). */
export function* chargeActivation(
  query: Query,
  input: {
    readonly requestId: string;
    readonly userId: number;
    readonly taxCents: number;
    readonly now: number;
  },
): Work<void> {
  const { isNew } = yield* post(query, {
    key: `activate:${input.requestId}`,
    type: 'ACTIVATION',
    requestId: input.requestId,
    now: input.now,
    lines: [
      { side: { userId: input.userId }, cents: -input.taxCents },
      { side: { system: 'tax' }, cents: input.taxCents },
    ],
  });
  if (isNew) {
    yield* consumeHold(query, input.requestId, input.taxCents);
    yield* addStatistics(query, input.userId, {
      'kudos:accumulated': -input.taxCents,
      'request:image': 1,
    });
  }
}

/** Pays a worker's owner for staying online, once a mark; all of it to escrow while untrusted. */
export function* rewardUptime(
  query: Query,
  input: {
    readonly workerId: string;
    readonly ownerId: number;
    /** The worker's uptime in seconds at which the reward is due. */
    readonly markSeconds: number;
    readonly cents: number;
    readonly now: number;
  },
): Work<void> {
  const isEscrowed = yield* isUnderEvaluation(query, input.ownerId);
  const { isNew } = yield* post(query, {
    key: `uptime:${input.workerId}:${input.markSeconds}`,
    type: 'UPTIME_REWARD',
    now: input.now,
    lines: [
      { side: { system: 'mint' }, cents: -input.cents },
      { side: isEscrowed ? { escrowOf: input.ownerId } : { userId: input.ownerId }, cents: input.cents },
    ],
  });
  if (isNew) yield* addStatistics(query, input.ownerId, { 'kudos:accumulated': input.cents });
}
