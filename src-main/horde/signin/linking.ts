import { type Query, row, run, type Work } from '#main/db/work.ts';
import { changeKudos } from '#main/horde/kudos/index.ts';
import { audit, findUser, type User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { floorCents, openingCents } from '#shared/horde/kudos/accounts.ts';
import { deletedUser } from '#shared/horde/users/rights.ts';

const bad = (message: string) => new ProblemError(400, 'BadRequest', message);

/** Whose identity changes, and to what. */
export interface Linking {
  readonly userId: number;
  /** The identity at a provider. */
  readonly identity: string;
  /** A fresh UUID: names the movement of kudos, and becomes the identity of who is unlinked. */
  readonly id: string;
  readonly now: number;
}

/**
 * Gives a pseudonymous account the identity of a provider in place of its UUID (OID-06): one account per
 * identity, one identity per account. It is then as if it had been made with it, opening kudos included.
 * @throws ProblemError 400 `BadRequest` · 401 `InvalidAPIKey` · 403 `AnonForbidden` · `DeletedUser`
 */
export function* linkIdentity(query: Query, linking: Linking): Work<User> {
  const { identity, userId, now } = linking;
  const user = yield* requireLive(query, userId);
  if (user.isAnonymous) throw new ProblemError(403, 'AnonForbidden', 'This is the key of everybody.');
  if (!user.isPseudonymous) throw bad('This account is signed in to by other means already.');
  const taken = yield* row(query.selectFrom('users').select('id').where('oauth_id', '=', identity));
  if (taken) throw bad('This identity has an account of its own already.');
  yield* changeIdentity(query, linking, { from: linking.id, to: identity });
  yield* run(query.deleteFrom('horde_signin_requests').where('identity', '=', identity));
  yield* audit(query, { actorId: userId, action: 'signin.link', detail: { user: userId }, now });
  return user;
}

/**
 * Makes an account pseudonymous again: from then on its key alone opens it.
 * @throws ProblemError 400 `BadRequest` · 401 `InvalidAPIKey` · 403 `DeletedUser`
 */
export function* unlinkIdentity(query: Query, linking: Linking): Work<User> {
  const { identity, userId, now } = linking;
  const user = yield* requireLive(query, userId);
  const held = yield* row(query.selectFrom('users').select('id').where('oauth_id', '=', identity));
  if (held?.id !== userId) throw bad('This key is of another account than the one that you signed in to.');
  yield* changeIdentity(query, linking, { from: identity, to: linking.id });
  yield* audit(query, { actorId: userId, action: 'signin.unlink', detail: { user: userId }, now });
  return user;
}

function* requireLive(query: Query, userId: number): Work<User> {
  const user = yield* findUser(query, userId);
  if (!user) throw new ProblemError(401, 'InvalidAPIKey', 'The account is gone.');
  if (user.isDeleted) throw deletedUser();
  return user;
}

/**
 * The floor follows the kind of the account (`accounts-and-safety.md` 1.2), and so does what every account
 * is opened with: what linking gives, unlinking takes, so that nobody gains kudos by going round and round.
 */
function* changeIdentity(
  query: Query,
  { userId, id, now }: Linking,
  { from, to }: { from: string; to: string },
): Work<void> {
  yield* run(query.updateTable('users').set({ oauth_id: to }).where('id', '=', userId));
  yield* run(
    query
      .updateTable('kudos_account')
      .set({ floor: floorCents(to) })
      .where('kind', '=', 'user')
      .where('user_id', '=', userId),
  );
  yield* changeKudos(query, { id, userId, cents: openingCents(to) - openingCents(from), now });
}
