import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { duePeriod, monthlyCents } from '#shared/horde/kudos/stipend.ts';
import { balanceCents } from './accounts.ts';
import { refuseUnsoundBooks } from './checks.ts';
import { between, type MovementType, post } from './ledger.ts';
import { addStatistics, type KudosAction } from './statistics.ts';

/** Kudos that come from nowhere or go there. */
interface Grant {
  readonly key: string;
  readonly type: MovementType;
  readonly from: 'mint' | 'admin';
  readonly action: KudosAction;
  readonly userId: number;
  /** May be negative. */
  readonly cents: number;
  readonly now: number;
}

function* grant(query: Query, { userId, cents, ...input }: Grant): Work<void> {
  const { isNew } = yield* post(query, {
    key: input.key,
    type: input.type,
    now: input.now,
    lines: between(input.from, { userId }, cents),
  });
  if (isNew) yield* addStatistics(query, [{ userId, name: `kudos:${input.action}`, amount: cents }]);
}

/** A privileged change of somebody's kudos. `id` is a fresh UUID, made outside the unit. */
export interface GrantInput {
  readonly id: string;
  readonly userId: number;
  readonly cents: number;
  readonly now: number;
}

/**
 * An admin's change of a balance, down to the floor at most (`kudos.md` 1.12). The caller writes the audit row.
 * @returns the new balance, in cents
 * @throws ProblemError 400 `KudosValidationError` while the books are wrong
 */
export function* changeKudos(query: Query, { id, ...input }: GrantInput): Work<number> {
  yield* refuseUnsoundBooks(query);
  yield* grant(query, {
    ...input,
    key: `admin:${id}`,
    type: 'ADMIN_ADJUSTMENT',
    from: 'admin',
    action: 'admin',
  });
  return yield* balanceCents(query, input.userId);
}

/** Mints an award, without the checks of `awardKudos`. */
export function* mintAward(query: Query, { id, ...input }: GrantInput): Work<void> {
  yield* grant(query, { ...input, key: `award:${id}`, type: 'AWARD', from: 'mint', action: 'awarded' });
}

/**
 * Changes what an account receives every month. More is paid at once as well; less debits nothing, and
 * nothing is the least (`kudos.md` 1.10). The caller writes the audit row.
 * @returns what the account receives now besides what a role gives, in cents
 * @throws ProblemError 400 `KudosValidationError` while the books are wrong
 */
export function* changeMonthlyKudos(query: Query, { id, ...input }: GrantInput): Work<number> {
  yield* refuseUnsoundBooks(query);
  const { userId, cents, now } = input;
  const user = yield* row(
    query.selectFrom('users').select(['monthly_cents', 'monthly_last_received']).where('id', '=', userId),
  );
  if (!user) throw new RangeError(`there is no account ${userId}`);
  const monthly = Math.max(0, user.monthly_cents + cents);
  const received = cents > 0 ? (user.monthly_last_received ?? now) : user.monthly_last_received;
  yield* run(
    query
      .updateTable('users')
      .set({ monthly_cents: monthly, monthly_last_received: received })
      .where('id', '=', userId),
  );
  if (cents > 0) {
    yield* grant(query, {
      ...input,
      key: `monthly:${userId}:${id}`,
      type: 'STIPEND',
      from: 'mint',
      action: 'recurring',
    });
  }
  return monthly;
}

/**
 * Pays the monthly kudos of an account if they are due: one instalment a call, whatever was missed.
 * @returns whether it was paid now
 */
export function* payStipend(query: Query, userId: number, now: number): Work<boolean> {
  const user = yield* row(
    query
      .selectFrom('users')
      .select(['monthly_cents', 'monthly_last_received', 'is_moderator', 'is_admin', 'deleted_at'])
      .where('id', '=', userId),
  );
  if (!user || user.deleted_at !== null) return false;
  const isModerator = user.is_moderator === 1 || user.is_admin === 1;
  const cents = monthlyCents({ storedCents: user.monthly_cents, isModerator });
  const period = duePeriod(user.monthly_last_received, now);
  if (cents === 0 || period === undefined) return false;
  yield* run(query.updateTable('users').set({ monthly_last_received: period }).where('id', '=', userId));
  const key = `stipend:${userId}:${period}`;
  yield* grant(query, { key, type: 'STIPEND', from: 'mint', action: 'recurring', userId, cents, now });
  return true;
}

/** Accounts that may have monthly kudos coming. */
export function* stipendiaries(query: Query): Work<number[]> {
  const found = yield* rows(
    query
      .selectFrom('users')
      .select('id')
      .where('deleted_at', 'is', null)
      .where((eb) => eb.or([eb('monthly_cents', '>', 0), eb('is_moderator', '=', 1), eb('is_admin', '=', 1)]))
      .orderBy('id'),
  );
  return found.map((user) => user.id);
}
