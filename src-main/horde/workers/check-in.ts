import { randomUUID } from 'node:crypto';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { rewardUptime } from '#main/horde/kudos/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { WorkerProfile } from '#shared/horde/jobs/match.ts';
import { imageUptimeCents, uptimeStep } from '#shared/horde/kudos/uptime.ts';
import { onlineMs } from './live.ts';
import type { WorkerRow } from './profile.ts';

const forbidden = (rc: string, message: string) => new ProblemError(403, rc, message);
/** Workers of one account; invitations lift the caps (`decisions.md` 16). */
const caps = { untrusted: 3, trusted: 20 };

/**
 * Makes the row of a worker that pops for the first time.
 * @throws ProblemError 403 `WorkerInviteOnly` · `TooManyWorkers` · `TooManyWorkersTrusted`
 */
export function* registerWorker(
  query: Query,
  input: { name: string; owner: User; ip: string; now: number; profile: string; isInviteOnly: boolean },
): Work<WorkerRow> {
  const { owner } = input;
  const key = input.name.toLowerCase();
  const taken = yield* row(query.selectFrom('horde_workers').selectAll().where('name_key', '=', key));
  if (taken) return taken;
  const owned = yield* row(
    query
      .selectFrom('horde_workers')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('user_id', '=', owner.id),
  );
  refuseOverCap(owner, owned?.n ?? 0, input.isInviteOnly);
  const worker: WorkerRow = {
    id: randomUUID(),
    user_id: owner.id,
    name: input.name,
    name_key: key,
    info: null,
    ip: input.ip,
    created: input.now,
    last_check_in: input.now,
    profile: input.profile,
    maintenance: 0,
    maintenance_msg: null,
    paused: 0,
    fulfilments: 0,
    uncompleted: 0,
    aborted: 0,
    aborted_since: input.now,
    things: 0,
    reward_cents: 0,
    uptime: 0,
    rewarded_uptime: 0,
    uptime_cents: 0,
    samples: '[]',
  };
  yield* run(query.insertInto('horde_workers').values(worker));
  return worker;
}

function refuseOverCap(owner: User, owned: number, isInviteOnly: boolean): void {
  if (isInviteOnly && owned >= owner.workerInvited) {
    throw forbidden('WorkerInviteOnly', 'This horde takes new workers by invitation only.');
  }
  if (owned < Math.max(owner.isTrusted ? caps.trusted : caps.untrusted, owner.workerInvited)) return;
  throw forbidden(
    owner.isTrusted ? 'TooManyWorkersTrusted' : 'TooManyWorkers',
    `This account has ${owned} workers already.`,
  );
}

/** Writes a check-in: what the pop said, uptime, and the reward for it when it is due (`queue.md` 4.6). */
export function* storeCheckIn(
  query: Query,
  input: { id: string; now: number; ip: string; profile: WorkerProfile },
): Work<void> {
  const { id, now, profile } = input;
  const found = yield* row(query.selectFrom('horde_workers').selectAll().where('id', '=', id));
  if (!found) return;
  const sinceLastMs = now - found.last_check_in;
  const counts = sinceLastMs <= onlineMs && found.maintenance === 0 && found.paused === 0;
  const step = uptimeStep(
    { uptimeMs: found.uptime, rewardedMs: found.rewarded_uptime },
    { sinceLastMs, counts },
  );
  const cents = step.isRewardDue ? imageUptimeCents(profile) : 0;
  yield* run(
    query
      .updateTable('horde_workers')
      .set({
        last_check_in: now,
        profile: JSON.stringify(profile),
        ip: input.ip,
        uptime: step.uptimeMs,
        rewarded_uptime: step.rewardedMs,
        uptime_cents: found.uptime_cents + cents,
      })
      .where('id', '=', id),
  );
  if (!step.isRewardDue) return;
  const markSeconds = Math.floor(step.uptimeMs / 1000);
  yield* rewardUptime(query, { workerId: id, ownerId: found.user_id, markSeconds, cents, now });
}
