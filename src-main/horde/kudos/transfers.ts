import { type Query, row, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { isSuspicious } from '#shared/horde/kudos/accounts.ts';
import { kudosText } from '#shared/horde/kudos/money.ts';
import { refuseUnsoundBooks } from './checks.ts';
import { availableCents } from './holds.ts';
import { post } from './ledger.ts';
import { noteActive, partyOf, type Party, pointsOf } from './standing.ts';
import { addStatistics } from './statistics.ts';
import { findTarget, raiseAllowance, type Target } from './targets.ts';

export interface TransferOrder {
  readonly senderId: number;
  /** Alias, bare id or shared key of the receiver. */
  readonly target: string;
  /** Whole kudos. */
  readonly amount: number;
  /** The client's `Idempotency-Key`, else a fresh UUID made outside the unit. */
  readonly key: string;
  readonly now: number;
}

/** How long the way back is closed, so that a ring of accounts cannot send kudos around. */
const reverseLockMs = 60_000;
const refusal = (rc: string, message: string) => new ProblemError(400, rc, message);

/**
 * Moves kudos from one account to another, with every restriction in its order (`kudos.md` 1.11). The same
 * key for the same transfer moves nothing again.
 * @returns whole kudos that were sent
 * @throws ProblemError 400, see `api.md` 5.9
 */
export function* transferKudos(query: Query, order: TransferOrder): Work<number> {
  const { now, amount } = order;
  const sender = yield* partyOf(query, order.senderId);
  if (!sender || sender.isAnonymous) {
    throw refusal('KudosTransferFromAnon', 'Kudos cannot be sent without an account.');
  }
  const target = yield* resolveTarget(query, order.target, now);
  const receiver = target.party;
  refuseEnds(sender, receiver);
  yield* refuseReverse(query, sender.id, receiver.id, now);
  yield* refuseSender(query, sender);
  yield* refuseReceiver(query, receiver);
  if (receiver.isDeleted) throw refusal('DeletedUser', 'The receiving account was deleted.');
  if (sender.isDeleted) throw refusal('DeletedUser', 'This account was deleted.');
  if (amount < 0) throw refusal('NegativeKudosTransfer', 'Kudos cannot be taken from somebody else.');
  if (amount === 0) throw refusal('InvalidKudosTransferAmount', 'There is nothing to send.');
  const id = `transfer:${sender.id}:${order.key}`;
  if (yield* isRepeat(query, id, { target, amount })) return amount;
  const available = yield* availableCents(query, sender.id);
  if (amount * 100 > available) {
    const text = `Only ${kudosText(Math.max(0, available))} kudos of this account can be sent.`;
    throw refusal('KudosTransferNotEnough', text);
  }
  yield* refuseUnsoundBooks(query);
  yield* move(query, { id, sender, target, cents: amount * 100, now });
  return amount;
}

function* resolveTarget(query: Query, name: string, now: number): Work<Target> {
  const target = yield* findTarget(query, name);
  if (!target) throw refusal('InvalidTargetUsername', 'The receiving account does not exist.');
  const expiry = target.sharedKey?.expiry ?? null;
  if (expiry !== null && expiry <= now) throw refusal('SharedKeyExpired', 'The shared key has expired.');
  return target;
}

function refuseEnds(sender: Party, receiver: Party): void {
  if (receiver.isAnonymous) throw refusal('KudosTransferToAnon', 'The anonymous account takes no kudos.');
  if (receiver.id === sender.id) throw refusal('KudosTransferToSelf', 'Kudos cannot be sent to oneself.');
}

function* refuseReverse(query: Query, senderId: number, receiverId: number, now: number): Work<void> {
  const back = yield* row(
    query
      .selectFrom('kudos_transfer')
      .select('id')
      .where('sender_id', '=', receiverId)
      .where('receiver_id', '=', senderId)
      .where('created', '>', now - reverseLockMs)
      .limit(1),
  );
  if (back) {
    throw refusal(
      'TooFastKudosTransfers',
      'This account sent kudos here a moment ago. Try again in a minute.',
    );
  }
}

/** Points alone make an account suspicious here: a flagged one has a code of its own. */
function* isSuspect(query: Query, party: Party): Work<boolean> {
  return isSuspicious({ ...party, points: yield* pointsOf(query, party.id) });
}

function* refuseSender(query: Query, sender: Party): Work<void> {
  if (yield* isSuspect(query, sender)) {
    throw refusal('FaultWhenKudosSending', 'Something went wrong when sending kudos.');
  }
  if (sender.isFlagged) throw refusal('SourceAccountFlagged', 'This account may not send kudos.');
  if (sender.isEducation) {
    throw refusal('EducationCannotSendKudos', 'Accounts of education may not send kudos.');
  }
}

function* refuseReceiver(query: Query, receiver: Party): Work<void> {
  if (yield* isSuspect(query, receiver)) {
    throw refusal('FaultWhenKudosReceiving', 'Something went wrong when receiving kudos.');
  }
  if (receiver.isFlagged) throw refusal('TargetAccountFlagged', 'This account may not receive kudos.');
}

/** Whether this very transfer was made before. @throws ProblemError 400 `IdempotencyKeyConflict` */
function* isRepeat(query: Query, id: string, order: { target: Target; amount: number }): Work<boolean> {
  const known = yield* row(query.selectFrom('kudos_transfer').selectAll().where('id', '=', id));
  if (!known) return false;
  const { party, sharedKey } = order.target;
  const isSameTarget = known.receiver_id === party.id && known.shared_key_id === (sharedKey?.id ?? null);
  if (isSameTarget && known.cents === order.amount * 100) return true;
  throw refusal('IdempotencyKeyConflict', 'This Idempotency-Key was used for another transfer.');
}

function* move(
  query: Query,
  transfer: { id: string; sender: Party; target: Target; cents: number; now: number },
): Work<void> {
  const { id, sender, cents, now } = transfer;
  const { party: receiver, sharedKey } = transfer.target;
  yield* post(query, {
    key: id,
    type: 'TRANSFER',
    now,
    lines: [
      { side: { userId: sender.id }, cents: -cents },
      { side: { userId: receiver.id }, cents },
    ],
  });
  yield* run(
    query.insertInto('kudos_transfer').values({
      id,
      sender_id: sender.id,
      receiver_id: receiver.id,
      shared_key_id: sharedKey?.id ?? null,
      cents,
      created: now,
    }),
  );
  if (sharedKey) yield* raiseAllowance(query, sharedKey.id, cents);
  const given = receiver.isEducation ? 'kudos:donated' : 'kudos:gifted';
  yield* addStatistics(query, [
    { userId: sender.id, name: given, amount: cents },
    { userId: receiver.id, name: 'kudos:received', amount: cents },
  ]);
  yield* noteActive(query, [sender], now);
}
