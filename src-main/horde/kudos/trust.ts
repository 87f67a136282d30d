import { prepared } from '#main/db/prepared.ts';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { isPromotable } from '#shared/horde/kudos/accounts.ts';
import { toCents } from '#shared/horde/kudos/money.ts';
import { post } from './ledger.ts';
import { escrowCents, partyOf, pointsOf } from './standing.ts';
import { addStatistics } from './statistics.ts';

/** The host's setting: whole kudos that an escrow has to exceed; `null` or no row promotes nobody. */
const settingName = 'trust_threshold';

const thresholdSetting = prepared((query) =>
  query.selectFrom('horde_settings').select('value').where('name', '=', settingName),
);

/** What an escrow has to exceed for promotion, in cents; undefined while promotion is off (`kudos.md` D16). */
export function* trustThresholdCents(query: Query): Work<number | undefined> {
  const setting = yield* row(thresholdSetting(query, {}));
  const value: unknown = setting ? JSON.parse(setting.value) : null;
  return typeof value === 'number' && value >= 0 ? toCents(value) : undefined;
}

/**
 * Promotes a user whose escrow, age and conduct allow it, in the unit that made it so (`kudos.md` 1.6, P18).
 * @returns whether the user became trusted now
 */
export function* promoteIfDue(query: Query, userId: number, now: number): Work<boolean> {
  const threshold = yield* trustThresholdCents(query);
  if (threshold === undefined) return false;
  const escrow = yield* escrowCents(query, userId);
  if (escrow <= threshold) return false;
  const party = yield* partyOf(query, userId);
  if (!party) return false;
  const standing = { ...party, points: yield* pointsOf(query, userId), ageMs: now - party.created };
  if (!isPromotable(standing, escrow, threshold)) return false;
  yield* grantTrust(query, { userId, now });
  return true;
}

/**
 * Makes a user trusted: the role, every worker un-paused, the whole escrow into the balance. The same for
 * promotion and for a moderator's grant; doing it again changes nothing. Never the anonymous account.
 * @returns what came out of the escrow, in cents
 */
export function* grantTrust(query: Query, input: { userId: number; now: number }): Work<number> {
  const { userId, now } = input;
  const party = yield* partyOf(query, userId);
  if (!party || party.isAnonymous) return 0;
  yield* run(query.updateTable('users').set({ is_trusted: 1 }).where('id', '=', userId));
  yield* run(
    query
      .updateTable('horde_workers')
      .set({ paused: 0 })
      .where('user_id', '=', userId)
      .where('paused', '=', 1),
  );
  return yield* drainEscrow(query, userId, now);
}

function* drainEscrow(query: Query, userId: number, now: number): Work<number> {
  const cents = yield* escrowCents(query, userId);
  if (cents <= 0) return 0;
  yield* post(query, {
    key: `promote:${userId}:${yield* firstUndrained(query, userId)}`,
    type: 'EVALUATION_PROMOTION',
    now,
    lines: [
      { side: { escrowOf: userId }, cents: -cents },
      { side: { userId }, cents },
    ],
  });
  yield* addStatistics(query, [{ userId, name: 'kudos:accumulated', amount: cents }]);
  return cents;
}

/** Id of the first posting that the escrow has received since it was last drained. */
function* firstUndrained(query: Query, userId: number): Work<number> {
  const ofEscrow = query
    .selectFrom('kudos_posting as p')
    .innerJoin('kudos_account as a', 'a.id', 'p.account_id')
    .where('a.kind', '=', 'escrow')
    .where('a.user_id', '=', userId);
  const drain = yield* row(
    ofEscrow.select((eb) => eb.fn.max<number | null>('p.id').as('id')).where('p.amount', '<', 0),
  );
  const first = yield* row(
    ofEscrow.select((eb) => eb.fn.min<number | null>('p.id').as('id')).where('p.id', '>', drain?.id ?? 0),
  );
  return Number(first?.id ?? 0);
}

/** Accounts with more in escrow than promotion takes; nobody while promotion is off. */
export function* escrowHolders(query: Query): Work<number[]> {
  const threshold = yield* trustThresholdCents(query);
  if (threshold === undefined) return [];
  const found = yield* rows(
    query
      .selectFrom('kudos_account')
      .select('user_id')
      .where('kind', '=', 'escrow')
      .where('balance', '>', threshold)
      .orderBy('user_id'),
  );
  return found.flatMap(({ user_id: userId }) => (userId === null ? [] : [userId]));
}
