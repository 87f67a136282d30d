import { prepared, preparedRows } from '#main/db/prepared.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';

/** Accounts of the ledger that belong to nobody; they may go below zero (`kudos.md` 4.2). */
export const systemAccounts = ['admin', 'mint', 'repair', 'subsidy', 'tax', 'floor'] as const;
export type SystemAccount = (typeof systemAccounts)[number];

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

export type MovementType =
  | 'OPENING'
  | 'ACTIVATION'
  | 'GENERATION'
  | 'UPTIME_REWARD'
  | 'STYLE_REWARD'
  | 'RATING_REWARD'
  | 'STIPEND'
  | 'TRANSFER'
  | 'AWARD'
  | 'ADMIN_ADJUSTMENT'
  | 'EVALUATION_PROMOTION'
  | 'RECONCILIATION';

export interface Movement {
  /** Unique for the business event, e.g. `settle:<job>`: the same key moves kudos once. */
  readonly key: string;
  readonly type: MovementType;
  readonly requestId?: string;
  readonly jobId?: string;
  readonly lines: readonly Line[];
  /**
   * What a repeat is compared by where its lines may rightly differ: how a reward is split depends on the
   * trust of the moment. Without it, by the lines.
   */
  readonly content?: Readonly<Record<string, string | number>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is stored of a movement: its lines, without those of the floor, and what a repeat must equal. */
export interface MovementDetail {
  readonly type: string;
  readonly lines: readonly Line[];
  readonly content?: Movement['content'];
}

/** A key came again with other content: a programming error, never a client's doing. */
export class MovementConflictError extends Error {
  override readonly name = 'MovementConflictError';
}

/**
 * Appends a movement and updates the cached balances (`kudos.md` 4.2, posting procedure). A repeat of
 * the same movement moves nothing. Debits never fail for lack of kudos: the floor takes the rest.
 * Accounts are touched in one order everywhere, so that writers on one server seldom wait in a ring.
 * @returns whether kudos moved now
 * @throws MovementConflictError · RangeError when the lines do not sum to zero
 */
export function* post(query: Query, movement: Movement): Work<{ isNew: boolean }> {
  const lines = movement.lines.filter((line) => line.cents !== 0);
  assertBalanced(movement.key, lines);
  const { type, content } = movement;
  const detail: MovementDetail = { type, lines, ...(content ? { content } : {}) };
  const { key, requestId = null, jobId = null, now } = movement;
  const event = { key, type, requestId, jobId, now, detail: JSON.stringify(detail) };
  const stored = yield* row(insertEvent(query, event));
  if (!stored) {
    const known = yield* row(detailOfEvent(query, { key }));
    if (known && isSame(known.detail, detail)) return { isNew: false };
    throw new MovementConflictError(`${key} came with other content`);
  }
  const postings = yield* applyLines(query, lines);
  if (postings.length > 0) {
    const values = postings.map((posting) => ({ event_id: stored.id, ...posting }));
    yield* run(insertPostings(query, values));
  }
  return { isNew: true };
}

interface NewEvent {
  readonly key: string;
  readonly type: MovementType;
  readonly requestId: string | null;
  readonly jobId: string | null;
  readonly now: number;
  readonly detail: string;
}

/** Nothing comes back of a key that is there. */
const insertEvent = prepared((query, { key, type, requestId, jobId, now, detail }: NewEvent) =>
  query
    .insertInto('kudos_event')
    .values({ key, type, request_id: requestId, job_id: jobId, created: now, detail })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id'),
);

const detailOfEvent = prepared((query, { key }: { key: string }) =>
  query.selectFrom('kudos_event').select('detail').where('key', '=', key),
);

const insertPostings = preparedRows((query, postings: ReadonlyArray<Posting & { event_id: number }>) =>
  query.insertInto('kudos_posting').values(
    postings.map(({ event_id, account_id, amount, balance_after }) => ({
      event_id,
      account_id,
      amount,
      balance_after,
    })),
  ),
);

function assertBalanced(key: string, lines: readonly Line[]): void {
  if (lines.some((line) => !Number.isSafeInteger(line.cents))) {
    throw new RangeError(`${key} has a line that is not whole cents`);
  }
  const sum = lines.reduce((total, line) => total + line.cents, 0);
  if (sum !== 0) throw new RangeError(`the lines of ${key} sum to ${sum}`);
}

function isSame(stored: string, detail: MovementDetail): boolean {
  // Only `post` writes this column.
  const known = JSON.parse(stored) as MovementDetail;
  const identity = (of: MovementDetail) => JSON.stringify([of.type, of.content ?? of.lines]);
  return identity(known) === identity(detail);
}

interface Posting {
  readonly account_id: number;
  readonly amount: number;
  readonly balance_after: number;
}

/** Changes the balances; a user who is then below the floor is forgiven the rest (`kudos.md` 1.2). */
function* applyLines(query: Query, lines: readonly Line[]): Work<Posting[]> {
  const postings: Posting[] = [];
  const short = new Map<number, number>();
  for (const line of lines.toSorted((a, b) => rankOf(a.side) - rankOf(b.side))) {
    const account = yield* addToBalance(query, line);
    postings.push(postingOf(account, line.cents));
    if ('userId' in line.side) short.set(line.side.userId, (account.floor ?? 0) - account.balance);
  }
  for (const [userId, cents] of short) {
    if (cents <= 0) continue;
    for (const line of forgiveness(userId, cents)) {
      postings.push(postingOf(yield* addToBalance(query, line), line.cents));
    }
  }
  return postings;
}

function forgiveness(userId: number, cents: number): Line[] {
  return [
    { side: { system: 'floor' }, cents: -cents },
    { side: { userId }, cents },
  ];
}

interface ChangedAccount {
  readonly id: number;
  readonly balance: number;
  readonly floor: number | null;
}

function postingOf(account: ChangedAccount, cents: number): Posting {
  return { account_id: account.id, amount: cents, balance_after: account.balance };
}

/** Users by id, then escrows by id, then the system's accounts, which every movement meets at its end. */
function rankOf(side: Side): number {
  const span = 2 ** 32;
  if ('userId' in side) return side.userId;
  return 'escrowOf' in side ? span + side.escrowOf : 2 * span + systemAccounts.indexOf(side.system);
}

function* addToBalance(query: Query, line: Line): Work<ChangedAccount> {
  const { side } = line;
  const known = yield* changeBalance(query, line);
  if (known) return known;
  if ('escrowOf' in side) {
    // An escrow is opened by its first line.
    const account = { kind: 'escrow' as const, user_id: side.escrowOf, name: null, balance: 0, floor: 0 };
    yield* run(query.insertInto('kudos_account').values(account));
    const opened = yield* changeBalance(query, line);
    if (opened) return opened;
  }
  throw new Error(`no kudos account for ${JSON.stringify(side)}`);
}

const addToAll = (query: Query, cents: number) =>
  query
    .updateTable('kudos_account')
    .set((eb) => ({ balance: eb('balance', '+', cents) }))
    .returning(['id', 'balance', 'floor']);
const addToSystem = prepared((query, { name, cents }: { name: SystemAccount; cents: number }) =>
  addToAll(query, cents).where('name', '=', name),
);
const addToOwned = prepared(
  (query, { kind, userId, cents }: { kind: 'user' | 'escrow'; userId: number; cents: number }) =>
    addToAll(query, cents).where('kind', '=', kind).where('user_id', '=', userId),
);

function* changeBalance(query: Query, { side, cents }: Line): Work<ChangedAccount | undefined> {
  if ('system' in side) return yield* row(addToSystem(query, { name: side.system, cents }));
  if ('userId' in side) return yield* row(addToOwned(query, { kind: 'user', userId: side.userId, cents }));
  return yield* row(addToOwned(query, { kind: 'escrow', userId: side.escrowOf, cents }));
}

/** Lines of an amount that comes out of a system account, or goes into it when it is negative. */
export function between(system: SystemAccount, side: Side, cents: number): Line[] {
  return [
    { side: { system }, cents: -cents },
    { side, cents },
  ];
}
