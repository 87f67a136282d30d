import type { Selectable, UpdateQueryBuilder } from 'kysely';
import type { Database } from '#main/db/schema.ts';
import type { KudosAccountTable } from '#main/db/tables/horde-accounts.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { userAccount } from './accounts.ts';

/** Accounts of the ledger that belong to nobody; they may go below zero (`kudos.md` 4.2). */
export type SystemAccount = 'mint' | 'tax' | 'subsidy' | 'floor' | 'admin' | 'repair';

/** Who a line of a movement touches; an escrow holds what an untrusted user earned (`kudos.md` 1.6). */
export type Side =
  | { readonly userId: number }
  | { readonly escrowOf: number }
  | { readonly system: SystemAccount };

/** One line: positive is a credit. In cents. */
export interface Line {
  readonly side: Side;
  readonly cents: number;
}

export interface Movement {
  /** Unique for the business event, e.g. `settle:<job>`: the same key moves kudos once. */
  readonly key: string;
  readonly type: 'OPENING' | 'ACTIVATION' | 'SETTLEMENT' | 'UPTIME_REWARD' | 'AWARD' | 'ADMIN' | 'TRANSFER';
  readonly requestId?: string;
  readonly jobId?: string;
  readonly lines: readonly Line[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A key came again with other lines: a programming error, never a client's doing. */
export class MovementConflictError extends Error {
  override readonly name = 'MovementConflictError';
}

/**
 * Appends a movement and updates the cached balances (`kudos.md` 4.2, posting procedure). A repeat of
 * the same movement moves nothing. Debits never fail for lack of kudos: the floor takes the rest.
 * @returns whether kudos moved now
 * @throws MovementConflictError · RangeError when the lines do not sum to zero
 */
export function* post(query: Query, movement: Movement): Work<{ isNew: boolean }> {
  const lines = movement.lines.filter((line) => line.cents !== 0);
  assertBalanced(movement.key, lines);
  const detail = JSON.stringify({ type: movement.type, lines });
  const known = yield* row(query.selectFrom('kudos_event').select('detail').where('key', '=', movement.key));
  if (known) {
    if (known.detail !== detail) throw new MovementConflictError(`${movement.key} came with other lines`);
    return { isNew: false };
  }
  const event = yield* row(
    query
      .insertInto('kudos_event')
      .values({
        key: movement.key,
        type: movement.type,
        request_id: movement.requestId ?? null,
        job_id: movement.jobId ?? null,
        created: movement.now,
        detail,
      })
      .returning('id'),
  );
  if (!event) throw new Error('the event was not stored');
  for (const line of lines) yield* postLine(query, event.id, line);
  for (const userId of usersOf(lines)) yield* holdFloor(query, event.id, userId);
  return { isNew: true };
}

function assertBalanced(key: string, lines: readonly Line[]): void {
  if (lines.some((line) => !Number.isSafeInteger(line.cents))) {
    throw new RangeError(`${key} has a line that is not whole cents`);
  }
  const sum = lines.reduce((total, line) => total + line.cents, 0);
  if (sum !== 0) throw new RangeError(`the lines of ${key} sum to ${sum}`);
}

function usersOf(lines: readonly Line[]): number[] {
  const ids = lines.flatMap((line) => ('userId' in line.side ? [line.side.userId] : []));
  return [...new Set(ids)];
}

function* postLine(query: Query, eventId: number, line: Line): Work<void> {
  const { side } = line;
  if ('escrowOf' in side) yield* openEscrow(query, side.escrowOf);
  const update = query
    .updateTable('kudos_account')
    .set((eb) => ({ balance: eb('balance', '+', line.cents) }))
    .returning(['id', 'balance']);
  const account = yield* row(
    'system' in side ? update.where('name', '=', side.system) : ofUser(update, side),
  );
  if (!account) throw new Error(`no kudos account for ${JSON.stringify(side)}`);
  yield* run(
    query.insertInto('kudos_posting').values({
      event_id: eventId,
      account_id: account.id,
      amount: line.cents,
      balance_after: account.balance,
    }),
  );
}

type AccountUpdate = UpdateQueryBuilder<
  Database,
  'kudos_account',
  'kudos_account',
  Pick<Selectable<KudosAccountTable>, 'id' | 'balance'>
>;

function ofUser(update: AccountUpdate, side: { userId: number } | { escrowOf: number }): AccountUpdate {
  const [kind, userId] =
    'userId' in side ? (['user', side.userId] as const) : (['escrow', side.escrowOf] as const);
  return update.where('kind', '=', kind).where('user_id', '=', userId);
}

/** Escrows are opened by their first line. */
function* openEscrow(query: Query, userId: number): Work<void> {
  yield* run(
    query
      .insertInto('kudos_account')
      .values({ kind: 'escrow', user_id: userId, name: null, balance: 0, floor: 0 })
      .onConflict((conflict) => conflict.columns(['kind', 'user_id']).doNothing()),
  );
}

/** Forgives what a user's balance is short of its floor, in the same event. */
function* holdFloor(query: Query, eventId: number, userId: number): Work<void> {
  const account = yield* userAccount(query, userId);
  const short = (account?.floor ?? Number.NEGATIVE_INFINITY) - (account?.balance ?? 0);
  if (short <= 0) return;
  yield* postLine(query, eventId, { side: { system: 'floor' }, cents: -short });
  yield* postLine(query, eventId, { side: { userId }, cents: short });
}

/** Opens a user's account; starting kudos come from the mint under `open:<user>`. */
export function* openKudosAccount(
  query: Query,
  input: { userId: number; floorCents: number; startCents: number; now: number },
): Work<void> {
  yield* run(
    query.insertInto('kudos_account').values({
      kind: 'user',
      user_id: input.userId,
      name: null,
      balance: 0,
      floor: input.floorCents,
    }),
  );
  if (input.startCents === 0) return;
  yield* post(query, {
    key: `open:${input.userId}`,
    type: 'OPENING',
    now: input.now,
    lines: [
      { side: { system: 'mint' }, cents: -input.startCents },
      { side: { userId: input.userId }, cents: input.startCents },
    ],
  });
}

/** Adds to totals that accompany movements; they are no currency. */
export function* addStatistics(
  query: Query,
  userId: number,
  amounts: Readonly<Record<string, number>>,
): Work<void> {
  const values = Object.entries(amounts)
    .filter(([, amount]) => amount !== 0)
    .map(([name, amount]) => ({ user_id: userId, name, amount }));
  if (values.length === 0) return;
  yield* run(
    query
      .insertInto('user_statistic')
      .values(values)
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'name']).doUpdateSet((eb) => ({
          amount: eb('user_statistic.amount', '+', eb.ref('excluded.amount')),
        })),
      ),
  );
}
