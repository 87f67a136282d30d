import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { HordeAlchemyFormTable } from '#main/db/tables/horde-alchemy.ts';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { settleJob } from '#main/horde/kudos/index.ts';
import { countDrop } from '#main/horde/suspicion/index.ts';
import { countFulfilment, type WorkerPorts } from '#main/horde/workers/index.ts';
import {
  alchemyLifeMs,
  type FormState,
  formTtlSeconds,
  stateAfterFailure,
} from '#shared/horde/alchemy/states.ts';
import { formCostCents } from '#shared/horde/kudos/alchemy.ts';

export type FormRow = Selectable<HordeAlchemyFormTable>;
type Ports = Pick<WorkerPorts, 'teams'>;

/** Who takes a form. */
export interface Taker {
  readonly id: string;
  readonly name: string;
  readonly ownerId: number;
}

/** A request that is handed out, delivered or asked about lives on (`queue.md` 1.11). */
export function* keepAlive(query: Query, requestId: string, now: number): Work<void> {
  const expiry = now + alchemyLifeMs;
  yield* run(
    query
      .updateTable('horde_alchemy_requests')
      .set({ expiry })
      .where('id', '=', requestId)
      .where('expiry', '<', expiry),
  );
}

/**
 * Hands forms to a worker until it has enough; those that others were faster to take are passed over. A
 * form that failed before gets a new id: whoever had it can neither submit it nor upload to it any more.
 */
export function* takeForms(
  query: Query,
  candidates: ReadonlyArray<{ readonly seq: number }>,
  { worker, amount, now }: { readonly worker: Taker; readonly amount: number; readonly now: number },
): Work<FormRow[]> {
  const taken: FormRow[] = [];
  for (const { seq } of candidates) {
    if (taken.length >= amount) break;
    const found = yield* row(query.selectFrom('horde_alchemy_forms').selectAll().where('seq', '=', seq));
    if (found?.state !== 'waiting') continue;
    const change = {
      id: found.failures === 0 ? found.id : randomUUID(),
      state: 'processing' as const,
      worker_id: worker.id,
      worker_owner_id: worker.ownerId,
      worker_name: worker.name,
      started: now,
      deadline: now + formTtlSeconds * 1000,
      digest: null,
    };
    yield* run(query.updateTable('horde_alchemy_forms').set(change).where('seq', '=', seq));
    yield* keepAlive(query, found.request_id, now);
    taken.push({ ...found, ...change });
  }
  return taken;
}

/** What a worker made of a form. */
export interface MadeResult {
  /** The value under the form's name as JSON; null for a picture. */
  readonly result: string | null;
  readonly hasPicture: boolean;
  readonly digest: string;
}

/** A form that ended with pay. */
export interface PaidForm {
  readonly form: FormRow;
  /** The owner of the worker became trusted by it. */
  readonly isPromoted: boolean;
}

/** Completes a form and settles its kudos in the same unit; nothing when it had ended before. */
export function* completeForm(
  query: Query,
  input: { readonly id: string; readonly made: MadeResult; readonly now: number },
  ports: Ports = {},
): Work<PaidForm | undefined> {
  const { made, now } = input;
  const found = yield* row(query.selectFrom('horde_alchemy_forms').selectAll().where('id', '=', input.id));
  if (found?.state !== 'processing') return undefined;
  const form: FormRow = {
    ...found,
    state: 'done',
    result: made.result,
    has_picture: made.hasPicture ? 1 : 0,
    digest: made.digest,
  };
  const { state, result, has_picture, digest } = form;
  yield* run(
    query
      .updateTable('horde_alchemy_forms')
      .set({ state, result, has_picture, digest })
      .where('seq', '=', form.seq),
  );
  yield* keepAlive(query, form.request_id, now);
  const tookMs = now - (form.started ?? now);
  const { isPromoted } = yield* pay(query, form, { now, sample: tookMs > 0 ? tookMs / 1000 : 1 }, ports);
  return { form, isPromoted };
}

/** The requester pays for a form and its worker is rewarded, once (`kudos.md` 1.4, 1.5). */
function* pay(
  query: Query,
  form: FormRow,
  { now, sample }: { readonly now: number; readonly sample: number },
  ports: Ports,
): Work<{ isPromoted: boolean }> {
  const { worker_id: workerId, worker_owner_id: workerOwnerId, reward_cents: rewardCents } = form;
  if (workerId === null || workerOwnerId === null) throw new Error(`form ${form.id} has no worker`);
  const settled = yield* settleJob(query, {
    kind: 'interrogation',
    jobId: form.id,
    requestId: form.request_id,
    requesterId: form.user_id,
    workerOwnerId,
    priceCents: formCostCents(rewardCents, form.slow_workers === 1),
    rewardCents,
    now,
  });
  yield* countFulfilment(query, { workerId, kind: 'interrogation', things: 0, rewardCents, sample }, ports);
  return settled;
}

/** Why a form was not made. */
export interface Failure {
  readonly id: string;
  /** Digest of the submit that said so; without it the time ran out. */
  readonly digest?: string;
  /** Whether it counts against its worker. */
  readonly isBlamed: boolean;
  readonly isRaided: boolean;
  readonly now: number;
}

/** Lets a form wait again, or faults it the fourth time; nothing when it had ended before (`queue.md` 5.4). */
export function* failForm(
  query: Query,
  { id, digest, isBlamed, isRaided, now }: Failure,
): Work<FormRow | undefined> {
  const form = yield* row(query.selectFrom('horde_alchemy_forms').selectAll().where('id', '=', id));
  if (form?.state !== 'processing') return undefined;
  const failures = form.failures + 1;
  const change = { state: stateAfterFailure(failures), failures, deadline: null, digest: digest ?? null };
  yield* run(query.updateTable('horde_alchemy_forms').set(change).where('seq', '=', form.seq));
  if (isBlamed && form.worker_id !== null) {
    yield* countDrop(query, { workerId: form.worker_id, now, isRaided });
  }
  return { ...form, ...change };
}

/**
 * Cancels what is unfinished of a request. A form that a worker has is paid as if it were delivered
 * (`kudos.md` 1.16); one that waits costs nothing.
 * @param speedOf seconds a form of a worker: work that nobody saw says nothing of its speed
 */
export function* cancelForms(
  query: Query,
  requestId: string,
  { now, speedOf }: { readonly now: number; readonly speedOf: (workerId: string) => number },
  ports: Ports = {},
): Work<PaidForm[]> {
  yield* cancelWaitingForms(query, requestId);
  const running = yield* rows(
    query
      .selectFrom('horde_alchemy_forms')
      .selectAll()
      .where('request_id', '=', requestId)
      .where('state', '=', 'processing')
      .orderBy('seq'),
  );
  const paid: PaidForm[] = [];
  for (const form of running) {
    yield* setState(query, form.seq, 'cancelled');
    const sample = speedOf(form.worker_id ?? '');
    const { isPromoted } = yield* pay(query, form, { now, sample }, ports);
    paid.push({ form: { ...form, state: 'cancelled' }, isPromoted });
  }
  return paid;
}

function* setState(query: Query, seq: number, state: FormState): Work<void> {
  yield* run(query.updateTable('horde_alchemy_forms').set({ state }).where('seq', '=', seq));
}

/** Hands out nothing more, of one request or of all; what runs goes on. */
export function* cancelWaitingForms(query: Query, requestId?: string): Work<void> {
  const waiting = query
    .updateTable('horde_alchemy_forms')
    .set({ state: 'cancelled' })
    .where('state', '=', 'waiting');
  yield* run(requestId === undefined ? waiting : waiting.where('request_id', '=', requestId));
}
