import { copyFileSync, existsSync } from 'node:fs';
import type { CompiledQuery } from 'kysely';
import type { Query, QueryOutcome, Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { mintAward, changeKudos } from '../grants.ts';
import { placeHold, releaseHold } from '../holds.ts';
import { rewardRating, rewardStyle, rewardUptime } from '../rewards.ts';
import { chargeActivation, settleJob } from '../settlements.ts';
import { transferKudos } from '../transfers.ts';
import { grantTrust } from '../trust.ts';
import type { Happening } from './model.ts';

/** The unit of what happens; a refused transfer moves nothing and is no failure. */
export function* unitOf(query: Query, event: Happening, now: number): Work<void> {
  switch (event.kind) {
    case 'activate': {
      const { id: requestId, user: userId, cents: taxCents } = event;
      return yield* chargeActivation(query, { requestId, userId, taxCents, now });
    }
    case 'settle':
      yield* settleJob(query, {
        kind: event.work,
        jobId: event.id,
        requestId: event.request,
        requesterId: event.user,
        workerOwnerId: event.owner,
        priceCents: event.cost,
        rewardCents: event.pay,
        things: event.pay * 3,
        now,
      });
      return undefined;
    case 'uptime': {
      const { id: workerId, owner: ownerId, mark: markSeconds, cents, work: kind } = event;
      yield* rewardUptime(query, { workerId, ownerId, markSeconds, cents, kind, now });
      return undefined;
    }
    case 'style': {
      const { id: requestId, owner: authorId, user: payerId } = event;
      yield* rewardStyle(query, { kind: 'image', requestId, authorId, payerId, now });
      return undefined;
    }
    case 'rate':
      yield* rewardRating(query, { requestId: event.id, userId: event.user, cents: event.cents, now });
      return undefined;
    case 'award': {
      const { id, user: userId, kudos } = event;
      return yield* mintAward(query, { id, userId, cents: kudos * 100, now });
    }
    case 'change':
      yield* changeKudos(query, { id: event.id, userId: event.user, cents: event.cents, now });
      return undefined;
    case 'transfer': {
      const { id: key, user: senderId, to, kudos: amount } = event;
      return yield* unlessRefused(transferKudos(query, { senderId, target: String(to), amount, key, now }));
    }
    case 'trust':
      yield* grantTrust(query, { userId: event.user, now });
      return undefined;
    case 'hold':
      yield* placeHold(query, { requestId: event.id, userId: event.user, cents: event.cents, now });
      return undefined;
    case 'release':
      return yield* releaseHold(query, event.id, now);
  }
}

/** A refusal comes before anything is written, so the unit may go on. */
function* unlessRefused(work: Work<unknown>): Work<void> {
  try {
    yield* work;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  }
}

/** Runs a unit and does something before its nth query; once it has ended, before its end. */
export function* interrupted<R>(work: Work<R>, atQuery: number, interrupt: () => void): Work<R> {
  let step: IteratorResult<CompiledQuery, R> = work.next();
  for (let count = 0; !step.done; count += 1) {
    if (count === atQuery) interrupt();
    const outcome: QueryOutcome = yield step.value;
    step = work.next(outcome);
  }
  interrupt();
  return step.value;
}

/** What a disk holds of a database at this instant: what a crash would leave. */
export function copyAsCrashed(file: string, to: string): void {
  for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, to + suffix);
}
