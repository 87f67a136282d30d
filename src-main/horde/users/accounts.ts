import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, run, type Work } from '#main/db/work.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { deletedUser } from '#shared/horde/users/rights.ts';
import { wipeGraceMs } from '#shared/horde/users/rules.ts';
import type { ModifyUser, ModifyUserInput } from '#shared/horde/users/schema.ts';
import { audit } from './audit.ts';
import { changeUser } from './changes.ts';
import { deleteUser } from './deletion.ts';
import type { AccountPorts } from './ports.ts';
import { anonymousId, ownerId } from './seed.ts';
import type { UsersService } from './service.ts';
import { findUser, selectUsers, type User, userFromRow } from './user.ts';

/** What is done to accounts, by themselves and by staff. */
export interface AccountsService {
  /** @throws ProblemError of `PUT /users/{user_id}` (`api.md` 5.6) */
  change(actor: User, targetId: number | undefined, input: ModifyUserInput): Promise<ModifyUser>;
  /** @throws ProblemError of `DELETE /users/{user_id}` (`api.md` 5.6) */
  remove(actor: User, targetId: number | undefined): Promise<void>;
  /**
   * A new key for who presents the current one; that one ends at once (ACC-14 b).
   * @throws ProblemError 403 `AnonForbidden` · `DeletedUser`
   */
  rotateKey(user: User): Promise<string>;
  /**
   * A new key for somebody else's account, by the owner of the machine alone (`decisions.md` 15).
   * @throws ProblemError 403 `NotAdmin` · 404 `UserNotFound`
   */
  reissueKey(actor: User, userId: number): Promise<string>;
  /**
   * Notes that a person accepts the terms in force (DOC-03).
   * @throws ProblemError 400 `TermsNotAccepted` for other terms · 403 `AnonForbidden` · `DeletedUser`
   */
  acceptTerms(user: User, version: string): Promise<void>;
  /** Accounts that a second deletion would wipe; nothing wipes them by itself (ACC-57). */
  pastGrace(): Promise<User[]>;
  /** Called with an account after its roles, its flags or its deletion changed, once that is on disk. */
  onChanged(listener: (userId: number) => Promise<void> | void): void;
  /** Ends what a deletion began and a crash interrupted, and forgets what only the last hour counts. */
  sweep(now: number): Promise<{ forgotten: number; expired: number }>;
}

export interface AccountsOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly ports: AccountPorts;
  /** Version of the terms in force, or undefined where there are none. */
  readonly termsVersion: () => Promise<string | undefined>;
}

/** Registrations count towards the limits of ACC-25 for this long. */
export const registrationWindowMs = 60 * 60 * 1000;

/** Changes of accounts (`accounts-and-safety.md` 1.6 to 1.8, 2). */
export function createAccountsService(options: AccountsOptions): AccountsService {
  const { db, clock, users, ports } = options;
  const listeners = new Set<(userId: number) => Promise<void> | void>();
  const tell = async (userId: number) => {
    for (const listener of listeners) await listener(userId);
  };
  const newKey = async (userId: number, store: (digest: string) => Work<void>): Promise<string> => {
    const key = users.drawKey();
    await db.write(() => store(key.digest));
    await tell(userId);
    return key.apiKey;
  };
  return {
    change: async (actor, targetId, input) => {
      const plain = users.secrets.draw();
      const change = {
        input,
        actorId: actor.id,
        targetId,
        passkey: { plain, digest: users.secrets.digest('passkey', plain) },
        id: randomUUID(),
        now: clock(),
      };
      const { userId, answer } = await db.write(() => changeUser(db.query, change, ports));
      await tell(userId);
      return answer;
    },
    remove: async (actor, targetId) => {
      const deletion = { actorId: actor.id, targetId, now: clock() };
      const { userId } = await db.write(() => deleteUser(db.query, deletion, ports.wipes));
      await ports.cancelRequestsOf(userId);
      await tell(userId);
    },
    rotateKey: async (user) => {
      refuseAnonymous(user);
      return newKey(user.id, (digest) => rotate(db.query, user.id, digest, clock()));
    },
    reissueKey: async (actor, userId) => {
      if (actor.id !== ownerId) {
        throw new ProblemError(403, 'NotAdmin', 'Only the owner of this computer gives out new keys.');
      }
      return newKey(userId, (digest) => reissue(db.query, userId, digest, clock()));
    },
    acceptTerms: async (user, version) => {
      refuseAnonymous(user);
      if (version !== (await options.termsVersion())) {
        throw new ProblemError(400, 'TermsNotAccepted', 'These are not the terms of this horde any more.');
      }
      await db.write(() => storeAcceptance(db.query, user.id, version, clock()));
    },
    pastGrace: async () => {
      const found = await selectUsers(db.read)
        .where('deleted_at', '<=', clock() - wipeGraceMs)
        .orderBy('deleted_at')
        .execute();
      return found.map((entry) => userFromRow(entry));
    },
    onChanged: (listener) => void listeners.add(listener),
    sweep: async (now) => {
      const deleted = await db.read
        .selectFrom('users')
        .select('id')
        .where('deleted_at', 'is not', null)
        .where('wiped_at', 'is', null)
        .execute();
      for (const { id } of deleted) await ports.cancelRequestsOf(id);
      return db.write(() => forget(db.query, now));
    },
  };
}

function refuseAnonymous(user: User): void {
  if (user.isAnonymous) throw new ProblemError(403, 'AnonForbidden', 'This is the key of everybody.');
}

function* requireLive(query: Query, userId: number): Work<void> {
  const user = yield* findUser(query, userId);
  if (!user) throw new ProblemError(401, 'InvalidAPIKey', 'The account is gone.');
  if (user.isDeleted) throw deletedUser();
}

function* rotate(query: Query, userId: number, digest: string, now: number): Work<void> {
  yield* requireLive(query, userId);
  yield* storeKey(query, userId, digest, now);
}

function* storeAcceptance(query: Query, userId: number, version: string, now: number): Work<void> {
  yield* requireLive(query, userId);
  const terms = { terms_version: version, terms_accepted_at: now };
  yield* run(query.updateTable('users').set(terms).where('id', '=', userId));
}

function* reissue(query: Query, userId: number, digest: string, now: number): Work<void> {
  const user = yield* findUser(query, userId);
  if (!user || userId === anonymousId) {
    throw new ProblemError(404, 'UserNotFound', 'There is no such account.');
  }
  yield* storeKey(query, userId, digest, now);
  yield* audit(query, { actorId: ownerId, action: 'user.key', detail: { user: userId }, now });
}

function* storeKey(query: Query, userId: number, digest: string, now: number): Work<void> {
  const key = { key_digest: digest, key_rotated_at: now };
  yield* run(query.updateTable('users').set(key).where('id', '=', userId));
}

function* forget(query: Query, now: number): Work<{ forgotten: number; expired: number }> {
  const forgotten = yield* run(
    query.deleteFrom('horde_registrations').where('created', '<=', now - registrationWindowMs),
  );
  const expired = yield* run(
    query.deleteFrom('horde_invites').where((e) => e.or([e('expiry', '<=', now), e('uses_left', '=', 0)])),
  );
  return { forgotten, expired };
}
