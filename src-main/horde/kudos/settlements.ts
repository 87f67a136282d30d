import type { Query, Work } from '#main/db/work.ts';
import { isUnderEvaluation, jobShares } from '#shared/horde/kudos/accounts.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';
import { consumeHold } from './holds.ts';
import { type Line, post } from './ledger.ts';
import { noteActive, partiesOf, type Party } from './standing.ts';
import { addStatistics, type StatisticChange, thingsOfKind } from './statistics.ts';
import { promoteIfDue } from './trust.ts';

/** A job that was done, or that is paid for although its request was cancelled (`kudos.md` 1.16). */
export interface JobSettlement {
  readonly kind: WorkerKind;
  readonly jobId: string;
  readonly requestId: string;
  readonly requesterId: number;
  readonly workerOwnerId: number;
  /** What the requester pays, surcharges and tax included. */
  readonly priceCents: number;
  /** What the worker's owner gains: the job's price times the factor of the worker's program. */
  readonly rewardCents: number;
  /** Pixelsteps of a picture or tokens of a text, for the records of both accounts. */
  readonly things?: number;
  readonly now: number;
}

export interface Settled {
  readonly rewardCents: number;
  /** The owner became trusted by this reward: all of the owner's workers were un-paused. */
  readonly isPromoted: boolean;
}

/**
 * Settles a job inside the unit that ends it: the requester pays, the owner of the worker gains (half of
 * it in escrow while under evaluation), the difference is burnt, or minted where a censored job pays more
 * than it costs (`kudos.md` 4.2). The key is `settle:<job>`, so that submit and cancel settle it once.
 * @throws MovementConflictError when the job was settled at another price or between others
 */
export function* settleJob(query: Query, job: JobSettlement): Work<Settled> {
  const { requesterId, workerOwnerId, priceCents, rewardCents, now } = job;
  const parties = yield* partiesOf(query, [requesterId, workerOwnerId]);
  const owner = parties.get(workerOwnerId);
  const shares = jobShares(rewardCents, owner !== undefined && isUnderEvaluation(owner));
  const burnt = priceCents - rewardCents;
  const rest: Line = { side: { system: burnt >= 0 ? 'tax' : 'subsidy' }, cents: burnt };
  const { isNew } = yield* post(query, {
    key: `settle:${job.jobId}`,
    type: 'GENERATION',
    requestId: job.requestId,
    jobId: job.jobId,
    now,
    lines: [
      { side: { userId: requesterId }, cents: -priceCents },
      { side: { userId: workerOwnerId }, cents: shares.balance },
      { side: { escrowOf: workerOwnerId }, cents: shares.escrow },
      rest,
    ],
    content: { payer: requesterId, cost: priceCents, owner: workerOwnerId, pay: rewardCents },
  });
  if (!isNew) return { rewardCents, isPromoted: false };
  yield* consumeHold(query, job.requestId, priceCents);
  yield* addStatistics(query, [
    ...recordsOfUse(job, parties.get(requesterId)),
    ...recordsOfWork(job, shares.balance),
  ]);
  yield* noteActive(query, parties.values(), now);
  const isPromoted = shares.escrow > 0 && (yield* promoteIfDue(query, workerOwnerId, now));
  return { rewardCents, isPromoted };
}

function recordsOfUse(job: JobSettlement, requester: Party | undefined): StatisticChange[] {
  const userId = job.requesterId;
  const used = Math.round(((job.things ?? 0) * (requester?.usagePermille ?? 1000)) / 1000);
  const things = thingsOfKind[job.kind];
  return [
    { userId, name: 'kudos:accumulated', amount: -job.priceCents },
    { userId, name: `request:${job.kind}`, amount: 1 },
    ...(things ? [{ userId, name: `usage:${things}` as const, amount: used }] : []),
  ];
}

function recordsOfWork(job: JobSettlement, balanceCents: number): StatisticChange[] {
  const userId = job.workerOwnerId;
  const things = thingsOfKind[job.kind];
  return [
    { userId, name: 'kudos:accumulated', amount: balanceCents },
    { userId, name: `fulfillment:${job.kind}`, amount: 1 },
    ...(things ? [{ userId, name: `contribution:${things}` as const, amount: job.things ?? 0 }] : []),
  ];
}

/**
 * Charges the tax of a request that enters the queue, once (`activate:<request>`); it is never given back.
 * Alchemy has none.
 */
export function* chargeActivation(
  query: Query,
  input: {
    readonly kind?: Exclude<WorkerKind, 'interrogation'>;
    readonly requestId: string;
    readonly userId: number;
    readonly taxCents: number;
    readonly now: number;
  },
): Work<void> {
  const { requestId, userId, taxCents, now } = input;
  const { isNew } = yield* post(query, {
    key: `activate:${requestId}`,
    type: 'ACTIVATION',
    requestId,
    now,
    lines: [
      { side: { userId }, cents: -taxCents },
      { side: { system: 'tax' }, cents: taxCents },
    ],
  });
  if (!isNew) return;
  yield* consumeHold(query, requestId, taxCents);
  yield* addStatistics(query, [
    { userId, name: 'kudos:accumulated', amount: -taxCents },
    { userId, name: `request:${input.kind ?? 'image'}`, amount: 1 },
  ]);
}
