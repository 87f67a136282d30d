import { sql } from 'kysely';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { chargeActivation, placeHold, releaseHold } from '#main/horde/kudos/index.ts';
import type { QueueRow } from '#main/horde/queue/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { queueScore, type RequestShape, thingsOf } from '#shared/horde/requests/rules.ts';
import type { StoredSources } from './sources.ts';

/** How long a request lives after it was last handed out, delivered or asked about. */
export const requestLifeMs = 20 * 60_000;
/** Queued pictures of anonymous callers by address, for other computers (CON-02). */
const anonymousPerAddress = 10;

/** Who asks, and from where. */
export interface RequestOrigin {
  readonly caller: User;
  readonly clientAgent: string;
  readonly ip: string;
  readonly isLocal: boolean;
}

export interface NewRequest {
  readonly id: string;
  readonly shape: RequestShape;
  readonly origin: RequestOrigin;
  readonly baseKudos: number;
  readonly taxCents: number;
  /** What has to be reserved before it is accepted; 0 for most requests. */
  readonly holdCents: number;
  readonly sources: StoredSources | undefined;
  readonly now: number;
}

/**
 * Refuses what would go over the caller's limit of waiting pictures (CON-01, CON-02).
 * @throws ProblemError 429 `TooManyPrompts`
 */
export function* checkConcurrency(
  query: Query,
  { caller, ip, isLocal }: RequestOrigin,
  asked: { readonly jobs: number; readonly models: readonly string[] },
): Work<void> {
  const waiting = query
    .selectFrom('horde_requests as r')
    .select((e) => e.fn.coalesce(e.fn.sum<number>('open_slots'), e.lit(0)).as('n'))
    .where('user_id', '=', caller.id)
    // A literal, for the index on waiting requests alone.
    .where('open_slots', '>', sql.lit(0));
  const sameModels = waiting.where((e) =>
    e.exists(
      e
        .selectFrom('horde_request_models as m')
        .select('m.model')
        .whereRef('m.request_id', '=', 'r.id')
        .where('m.model', 'in', [...asked.models]),
    ),
  );
  const isPooled = caller.isAnonymous && asked.models.length > 0;
  const found = yield* row(isPooled ? sameModels : waiting);
  if (Number(found?.n ?? 0) + asked.jobs > caller.concurrency) {
    throw tooMany(`At most ${caller.concurrency} pictures may wait.`);
  }
  if (!caller.isAnonymous || isLocal) return;
  const here = yield* row(waiting.where('ip', '=', ip));
  if (Number(here?.n ?? 0) + asked.jobs > anonymousPerAddress) {
    throw tooMany(`At most ${anonymousPerAddress} pictures without an account may wait for one address.`);
  }
}

function tooMany(message: string): ProblemError {
  return new ProblemError(429, 'TooManyPrompts', message);
}

/**
 * Puts a request into the queue: limit, hold, row and tax, or nothing of it.
 * @throws ProblemError 429 `TooManyPrompts` · 403 `KudosUpfront`
 */
export function* insertRequest(query: Query, input: NewRequest): Work<QueueRow> {
  const { id, shape, origin, now } = input;
  const { caller } = origin;
  yield* checkConcurrency(query, origin, shape);
  if (input.holdCents > 0) {
    const hold = { requestId: id, userId: caller.id, cents: input.holdCents, now };
    if (!(yield* placeHold(query, hold))) throw kudosUpfront(input.holdCents);
  }
  const stored = yield* row(
    query
      .insertInto('horde_requests')
      .values({
        id,
        user_id: caller.id,
        shape: JSON.stringify(shape),
        things: thingsOf(shape),
        score: queueScore(basePriority(caller), now),
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
      })
      .returning(['id', 'seq', 'score', 'user_id', 'shape', 'things', 'open_slots', 'base_kudos']),
  );
  if (!stored) throw new Error('the request was not stored');
  for (const model of shape.models) {
    yield* run(query.insertInto('horde_request_models').values({ request_id: id, model }));
  }
  yield* chargeActivation(query, { requestId: id, userId: caller.id, taxCents: input.taxCents, now });
  return stored;
}

/** The balance before the tax; a flagged account stands behind the anonymous one (`queue.md` 1.9). */
function basePriority({ isFlagged, kudosCents }: User): number {
  if (!isFlagged) return Math.trunc(kudosCents / 100);
  return kudosCents > 1000 ? Math.round(kudosCents / 100_000) : -100;
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

/** Releases a request's hold once nothing of it waits or runs. */
export function* releaseWhenOver(query: Query, id: string, now: number): Work<void> {
  const request = yield* row(query.selectFrom('horde_requests').select('open_slots').where('id', '=', id));
  if (request && request.open_slots > 0) return;
  const running = yield* row(
    query
      .selectFrom('horde_jobs')
      .select('id')
      .where('request_id', '=', id)
      .where('state', '=', 'processing')
      .limit(1),
  );
  if (!running) yield* releaseHold(query, id, now);
}

/** A request that expired, with what it leaves in the store. */
export interface ExpiredRequest {
  readonly id: string;
  readonly sources: string | null;
  readonly jobIds: readonly string[];
}

/** Deletes up to `limit` expired requests; their jobs and models go with them. */
export function* deleteExpired(query: Query, now: number, limit: number): Work<ExpiredRequest[]> {
  const found = yield* rows(
    query
      .selectFrom('horde_requests')
      .select(['id', 'sources'])
      .where('expiry', '<', now)
      .orderBy('expiry')
      .limit(limit),
  );
  const expired: ExpiredRequest[] = [];
  for (const { id, sources } of found) {
    const jobs = yield* rows(query.selectFrom('horde_jobs').select('id').where('request_id', '=', id));
    yield* releaseHold(query, id, now);
    yield* run(query.deleteFrom('horde_requests').where('id', '=', id));
    expired.push({ id, sources, jobIds: jobs.map((job) => job.id) });
  }
  return expired;
}
