import { type Insertable, sql } from 'kysely';
import { prepared } from '#main/db/prepared.ts';
import type { HordeRequestTable, RequestType } from '#main/db/tables/horde-work.ts';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { chargeActivation, chargeSharedKey, placeHold, releaseHold } from '#main/horde/kudos/index.ts';
import type { QueueRow } from '#main/horde/queue/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { queueScore } from '#shared/horde/requests/rules.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';
import type { RequestPorts, UsedStyle } from './ports.ts';
import type { StoredSources } from './sources.ts';

/** How long a request lives after it was last handed out, delivered or asked about. */
export const requestLifeMs = 20 * 60_000;
/** Queued results of anonymous callers by address, for other computers (CON-02). */
const anonymousPerAddress = 10;

/** Who asks, and from where. */
export interface RequestOrigin {
  /** Who pays and whose priority counts. */
  readonly caller: User;
  /** The shared key that is charged with whatever the caller is. */
  readonly sharedKeyId: string | undefined;
  /** The key came with the style: its limits of one job do not count. */
  readonly isKeyOfStyle: boolean;
  readonly proxiedAccount: string | undefined;
  readonly clientAgent: string;
  readonly ip: string;
  /** The socket's address where `ip` is what a known proxy named. */
  readonly proxyIp: string | undefined;
  readonly isLocal: boolean;
}

export interface NewRequest {
  readonly id: string;
  readonly type: RequestType;
  readonly shape: Shapes[RequestType];
  readonly things: number;
  readonly origin: RequestOrigin;
  readonly style: UsedStyle | undefined;
  readonly webhook: string | undefined;
  readonly baseKudos: number;
  readonly taxCents: number;
  readonly totalCents: number;
  /** What has to be reserved before it is accepted; 0 for most requests. */
  readonly holdCents: number;
  readonly mayDowngrade: boolean;
  readonly sources: StoredSources | undefined;
  readonly now: number;
}

const waitingOf = (query: Query, userId: number, type: RequestType) =>
  query
    .selectFrom('horde_requests as r')
    .select((e) => e.fn.coalesce(e.fn.sum<number>('open_slots'), e.lit(0)).as('n'))
    .where('user_id', '=', userId)
    .where('type', '=', type)
    // A literal, for the index on waiting requests alone.
    .where('open_slots', '>', sql.lit(0));
const countWaiting = prepared((query, { userId, type }: { userId: number; type: RequestType }) =>
  waitingOf(query, userId, type),
);

/**
 * Refuses what would go over the caller's limit of waiting results of a type (CON-01, CON-02).
 * @throws ProblemError 429 `TooManyPrompts`
 */
export function* checkConcurrency(
  query: Query,
  { caller, ip, isLocal }: Pick<RequestOrigin, 'caller' | 'ip' | 'isLocal'>,
  asked: { readonly type: RequestType; readonly jobs: number; readonly models: readonly string[] },
): Work<void> {
  const { type, models } = asked;
  const isPooled = caller.isAnonymous && models.length > 0;
  const found = yield* row(
    isPooled
      ? countSameModels(query, type, caller, models)
      : countWaiting(query, { userId: caller.id, type }),
  );
  if (Number(found?.n ?? 0) + asked.jobs > caller.concurrency) {
    throw tooMany(`At most ${caller.concurrency} results may wait.`);
  }
  if (!caller.isAnonymous || isLocal) return;
  const here = yield* row(waitingOf(query, caller.id, type).where('ip', '=', ip));
  if (Number(here?.n ?? 0) + asked.jobs > anonymousPerAddress) {
    throw tooMany(`At most ${anonymousPerAddress} results without an account may wait for one address.`);
  }
}

function countSameModels(query: Query, type: RequestType, { id }: User, models: readonly string[]) {
  return waitingOf(query, id, type).where((e) =>
    e.exists(
      e
        .selectFrom('horde_request_models as m')
        .select('m.model')
        .whereRef('m.request_id', '=', 'r.id')
        .where('m.model', 'in', [...models]),
    ),
  );
}

function tooMany(message: string): ProblemError {
  return new ProblemError(429, 'TooManyPrompts', message);
}

/**
 * Puts a request into the queue: limit, hold, row, tax and style, or nothing of it.
 * @throws ProblemError 429 `TooManyPrompts` · 403 `KudosUpfront` · `SharedKeyInsufficientKudos`
 */
export function* insertRequest(query: Query, input: NewRequest, ports: RequestPorts = {}): Work<QueueRow> {
  const { id, type, shape, origin, now } = input;
  const { caller, sharedKeyId } = origin;
  yield* checkConcurrency(query, origin, { type, jobs: shape.jobs, models: shape.models });
  const isDowngraded = yield* isKeyShort(query, input, ports);
  if (input.holdCents > 0) {
    const hold = { requestId: id, userId: caller.id, cents: input.holdCents, now };
    if (!(yield* placeHold(query, hold))) throw kudosUpfront(input.holdCents);
  }
  const made = {
    id,
    type,
    user_id: caller.id,
    shape: JSON.stringify(shape),
    things: input.things,
    score: queueScore(basePriority(caller, isDowngraded), now),
    asked: shape.jobs,
    open_slots: shape.jobs,
    next_slot: 0,
    is_cancelled: 0,
    base_kudos: input.baseKudos,
    consumed_cents: input.taxCents,
    sources: input.sources ? JSON.stringify(input.sources) : null,
    client_agent: origin.clientAgent,
    created: now,
    expiry: now + requestLifeMs,
    ip: origin.ip,
    webhook: input.webhook ?? null,
    style_id: input.style?.id ?? null,
    shared_key_id: sharedKeyId ?? null,
    proxied_account: origin.proxiedAccount ?? null,
  };
  const stored = yield* row(insertRow(query, made));
  if (!stored) throw new Error('the request was not stored');
  for (const model of shape.models) yield* run(insertModel(query, { request_id: id, model }));
  const { taxCents } = input;
  yield* chargeActivation(query, { kind: type, requestId: id, userId: caller.id, taxCents, now });
  if (sharedKeyId !== undefined) yield* chargeSharedKey(query, sharedKeyId, taxCents);
  yield* countStyle(query, input, ports);
  return { ...made, seq: stored.seq };
}

const insertRow = prepared((query, made: Insertable<HordeRequestTable>) =>
  query.insertInto('horde_requests').values(made).returning('seq'),
);
const insertModel = prepared((query, named: { request_id: string; model: string }) =>
  query.insertInto('horde_request_models').values(named),
);

/** Whether a shared key covers less than the request may cost, and the caller accepts to wait longer for it. */
function* isKeyShort(
  query: Query,
  { origin: { sharedKeyId, caller }, totalCents, mayDowngrade }: NewRequest,
  { sharedKeys }: RequestPorts,
): Work<boolean> {
  if (sharedKeyId === undefined) return false;
  // Nobody without an account owns a key: an empty one was let through (SHK-03).
  if (caller.isAnonymous) return true;
  const budget = { id: sharedKeyId, cents: totalCents, mayDowngrade };
  return sharedKeys !== undefined && (yield* sharedKeys.checkBudget(query, budget)) === 'downgraded';
}

function* countStyle(
  query: Query,
  { id, type, style, origin, now }: NewRequest,
  { styles }: RequestPorts,
): Work<void> {
  if (!style || !styles) return;
  const { id: styleId, collectionId = null } = style;
  yield* styles.used(query, {
    styleId,
    collectionId,
    requestId: id,
    callerId: origin.caller.id,
    kind: type,
    now,
  });
}

/** The balance before the tax; a flagged account stands behind the anonymous one (`queue.md` 1.9). */
function basePriority({ isFlagged, kudosCents }: User, isDowngraded: boolean): number {
  if (isFlagged) return kudosCents > 1000 ? Math.round(kudosCents / 100_000) : -100;
  return isDowngraded ? -50 : Math.trunc(kudosCents / 100);
}

export function kudosUpfront(cents: number): ProblemError {
  const needed = (cents / 100).toFixed(2);
  const text = `A request this heavy has to be paid for up front: ${needed} kudos must be available. Lower size or steps, or send allow_downgrade.`;
  return new ProblemError(403, 'KudosUpfront', text);
}

/** Hands out nothing more; what runs may still be delivered (`queue.md` 1.14). */
export function* cancelRequest(query: Query, id: string, now: number): Work<void> {
  const finished = yield* row(
    query
      .selectFrom('horde_jobs')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('request_id', '=', id)
      .where('state', '=', 'completed'),
  );
  yield* run(
    query
      .updateTable('horde_requests')
      .set({ open_slots: 0, asked: finished?.n ?? 0, is_cancelled: 1 })
      .where('id', '=', id),
  );
  yield* run(
    query
      .updateTable('horde_jobs')
      .set({ awaits_retry: 0 })
      .where('request_id', '=', id)
      .where('awaits_retry', '=', 1),
  );
  yield* releaseWhenOver(query, id, now);
}

const openSlotsOf = prepared((query, { id }: { id: string }) =>
  query.selectFrom('horde_requests').select('open_slots').where('id', '=', id),
);
const runningJobOf = prepared((query, { id }: { id: string }) =>
  query
    .selectFrom('horde_jobs')
    .select('id')
    .where('request_id', '=', id)
    .where('state', '=', 'processing')
    .limit(1),
);

/** Releases a request's hold once nothing of it waits or runs. */
export function* releaseWhenOver(query: Query, id: string, now: number): Work<void> {
  const request = yield* row(openSlotsOf(query, { id }));
  if (request && request.open_slots > 0) return;
  const running = yield* row(runningJobOf(query, { id }));
  if (!running) yield* releaseHold(query, id, now);
}

/** A request that expired, with what it leaves in the store. */
export interface ExpiredRequest {
  readonly id: string;
  readonly type: RequestType;
  readonly sources: string | null;
  readonly jobIds: readonly string[];
}

/** Deletes up to `limit` expired requests; their jobs and models go with them. */
export function* deleteExpired(query: Query, now: number, limit: number): Work<ExpiredRequest[]> {
  const found = yield* rows(
    query
      .selectFrom('horde_requests')
      .select(['id', 'type', 'sources'])
      .where('expiry', '<', now)
      .orderBy('expiry')
      .limit(limit),
  );
  const expired: ExpiredRequest[] = [];
  for (const { id, type, sources } of found) {
    const jobs = yield* rows(query.selectFrom('horde_jobs').select('id').where('request_id', '=', id));
    yield* releaseHold(query, id, now);
    yield* run(query.deleteFrom('horde_requests').where('id', '=', id));
    expired.push({ id, type, sources, jobIds: jobs.map((job) => job.id) });
  }
  return expired;
}
