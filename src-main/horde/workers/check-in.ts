import { randomUUID } from 'node:crypto';
import { prepared } from '#main/db/prepared.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { rewardUptime } from '#main/horde/kudos/index.ts';
import { suspectWorker } from '#main/horde/suspicion/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { uptimeRewardMs, uptimeStep } from '#shared/horde/kudos/uptime.ts';
import type { Profiles, WorkerKind } from '#shared/horde/workers/profile.ts';
import { isExtremePixels, nameSuspicions } from '#shared/horde/suspicion/rules.ts';
import { kinds, type WorkerRow } from './kinds.ts';
import { onlineMs } from './live.ts';
import type { WorkerPorts } from './ports.ts';

const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Workers of one account, and of one account at one address; invitations lift both (WRK-01). */
export interface WorkerCaps {
  readonly untrusted: number;
  readonly trusted: number;
}
export const defaultCaps: WorkerCaps = { untrusted: 3, trusted: 20 };

export interface NewWorker {
  readonly kind: WorkerKind;
  readonly name: string;
  /** The name before it was cut. */
  readonly typed: string;
  readonly owner: User;
  readonly ip: string;
  /** Workers of this computer are no crowd at one address. */
  readonly isLocal: boolean;
  readonly now: number;
  readonly profile: string;
  readonly isInviteOnly: boolean;
  readonly caps: WorkerCaps;
}

/**
 * Makes the row of a worker that pops for the first time.
 * @throws ProblemError 403 `WorkerInviteOnly` · `TooManyWorkers` · `TooManyWorkersTrusted` · `TooManySameIPs`
 */
export function* registerWorker(query: Query, input: NewWorker): Work<WorkerRow> {
  const key = input.name.toLowerCase();
  const taken = yield* row(query.selectFrom('horde_workers').selectAll().where('name_key', '=', key));
  if (taken) return taken;
  const owned = query
    .selectFrom('horde_workers')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('user_id', '=', input.owner.id);
  const all = yield* row(owned);
  const here = yield* row(owned.where('ip', '=', input.ip));
  refuseOverCap(input, { all: Number(all?.n ?? 0), here: Number(here?.n ?? 0) });
  const worker: WorkerRow = {
    id: randomUUID(),
    kind: input.kind,
    user_id: input.owner.id,
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
  for (const type of nameSuspicions(input.typed, false)) {
    yield* suspectWorker(query, { workerId: worker.id, type, now: input.now });
  }
  return worker;
}

function refuseOverCap(input: NewWorker, owned: { readonly all: number; readonly here: number }): void {
  const { owner, caps } = input;
  if (input.isInviteOnly && owned.all >= owner.workerInvited) {
    throw problem(403, 'WorkerInviteOnly', 'This horde takes new workers by invitation only.');
  }
  const total = owner.isTrusted ? caps.trusted : caps.untrusted;
  if (owned.all >= Math.max(total, owner.workerInvited)) {
    const rc = owner.isTrusted ? 'TooManyWorkersTrusted' : 'TooManyWorkers';
    throw problem(403, rc, `This account has ${owned.all} workers already.`);
  }
  const perAddress = owner.isTrusted ? defaultCaps.trusted : defaultCaps.untrusted;
  if (!input.isLocal && owned.here >= Math.max(perAddress, owner.workerInvited)) {
    throw problem(403, 'TooManySameIPs', `This account has ${owned.here} workers at this address already.`);
  }
}

/** What a check-in says against its worker (codes 3 and 4): nobody without trust makes pictures of any size. */
function* suspectCheckIn(query: Query, input: CheckIn<WorkerKind>): Work<void> {
  const { id: workerId, profile, now } = input;
  if (input.isSuspect) yield* suspectWorker(query, { workerId, type: 'UNSAFE_IP', now });
  if (!('maxPixels' in profile) || !isExtremePixels(profile.maxPixels, input.isOwnerTrusted)) return;
  const detail = String(profile.maxPixels);
  yield* suspectWorker(query, { workerId, type: 'EXTREME_MAX_PIXELS', detail, now });
}

export interface CheckIn<K extends WorkerKind> {
  readonly kind: K;
  readonly id: string;
  readonly isOwnerTrusted: boolean;
  /** It calls from an address that is not safe. */
  readonly isSuspect: boolean;
  readonly now: number;
  readonly ip: string;
  readonly profile: Profiles[K];
}

const uptimeOf = prepared((query, { id }: { id: string }) =>
  query
    .selectFrom('horde_workers')
    .select([
      'user_id',
      'last_check_in',
      'maintenance',
      'paused',
      'uptime',
      'rewarded_uptime',
      'uptime_cents',
    ])
    .where('id', '=', id),
);
type Seen = Pick<
  WorkerRow,
  'id' | 'last_check_in' | 'profile' | 'ip' | 'uptime' | 'rewarded_uptime' | 'uptime_cents'
>;
const storeSeen = prepared((query, { id, ...seen }: Seen) =>
  query.updateTable('horde_workers').set(seen).where('id', '=', id),
);

/**
 * Writes a check-in: what the pop said, uptime, and the reward for it when it is due (`queue.md` 4.6).
 * @returns whether the owner became trusted by the reward
 */
export function* storeCheckIn<K extends WorkerKind>(
  query: Query,
  input: CheckIn<K>,
  { teams }: Pick<WorkerPorts, 'teams'> = {},
): Work<{ isPromoted: boolean }> {
  const { kind, id, now, profile } = input;
  const found = yield* row(uptimeOf(query, { id }));
  if (!found) return { isPromoted: false };
  const sinceLastMs = now - found.last_check_in;
  const counts = sinceLastMs <= onlineMs && found.maintenance === 0 && found.paused === 0;
  const step = uptimeStep(
    { uptimeMs: found.uptime, rewardedMs: found.rewarded_uptime },
    { sinceLastMs, counts },
  );
  const cents = step.isRewardDue ? kinds[kind].uptimeCents(profile) : 0;
  yield* run(
    storeSeen(query, {
      id,
      last_check_in: now,
      profile: JSON.stringify(profile),
      ip: input.ip,
      uptime: step.uptimeMs,
      rewarded_uptime: step.rewardedMs,
      uptime_cents: found.uptime_cents + cents,
    }),
  );
  yield* suspectCheckIn(query, input);
  if (!step.isRewardDue) return { isPromoted: false };
  const markSeconds = Math.floor(step.uptimeMs / 1000);
  const reward = { workerId: id, ownerId: found.user_id, markSeconds, cents, kind, now };
  const { isPromoted } = yield* rewardUptime(query, reward);
  const uptimeSeconds = uptimeRewardMs / 1000;
  if (teams) yield* teams.credit(query, { workerId: id, kind, kudosCents: cents, uptimeSeconds });
  return { isPromoted };
}
