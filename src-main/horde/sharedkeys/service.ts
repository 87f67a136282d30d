import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, run, type Work } from '#main/db/work.ts';
import type { OpenedSharedKey, SharedKeyDoor, User, UsersService } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { isEmpty, refuseExpired } from '#shared/horde/sharedkeys/rules.ts';
import type { SharedKeyDetails, SharedKeyInput } from '#shared/horde/sharedkeys/schema.ts';
import { detailsOf, type SharedKey } from './key.ts';
import {
  type BudgetVerdict,
  changeKey,
  checkBudget,
  deleteKey,
  findKey,
  insertKey,
  unknownSharedKey,
} from './units.ts';

/** A key with how the API shows it. */
export interface FoundSharedKey extends SharedKey {
  readonly details: SharedKeyDetails;
}

/** How a key is used: directly, or by the style that brought it. */
export interface OpenHow {
  readonly mayDowngrade: boolean;
  readonly isLocal: boolean;
  /** A style brought the key: its binding to styles is no hindrance then (SHK-04). */
  readonly isStyled?: boolean;
}

export interface SharedKeysService extends SharedKeyDoor {
  /** @throws ProblemError 403 `AnonForbidden` · `Forbidden`, 400 */
  create(owner: User, input: SharedKeyInput): Promise<SharedKeyDetails>;
  /** @throws ProblemError 401 `InvalidAPIKey` */
  read(id: string): Promise<SharedKeyDetails>;
  /** @throws ProblemError 401 `InvalidAPIKey`, 403 `Forbidden`, 400 `NoSharedKeyModSelected` */
  change(caller: User, id: string, input: SharedKeyInput): Promise<SharedKeyDetails>;
  /** Its waiting requests are cancelled. @throws ProblemError 401 `InvalidAPIKey`, 403 `Forbidden` */
  remove(caller: User, id: string): Promise<void>;
  /** A key that opens something; undefined for all else, and where its owner is being deleted. */
  find(id: string): Promise<FoundSharedKey | undefined>;
  idsOf(userId: number): Promise<string[]>;
  /**
   * The account that a key stands for; the anonymous one where it is empty and that is allowed.
   * @throws ProblemError 401 `InvalidAPIKey`, 403 `SharedKeyExpired` · `SharedKeyEmpty` · `SharedKeyAssignedStyles`
   */
  open(id: string, how: OpenHow): Promise<OpenedSharedKey>;
  /** In the unit that accepts a request. @throws ProblemError 403 `SharedKeyInsufficientKudos` */
  readonly checkBudget: (
    query: Query,
    request: { id: string; cents: number; mayDowngrade: boolean },
  ) => Work<BudgetVerdict>;
  /** Ends all keys of an account that is wiped. */
  readonly wipe: (query: Query, userId: number) => Work<void>;
}

export interface SharedKeyPorts {
  /** Whether a style holds the key (SHK-04). */
  readonly isAssigned: (id: string) => Promise<boolean>;
  /** Takes a key that ends out of the styles that hold it. */
  readonly detachFromStyles: (query: Query, id: string) => Work<void>;
  /** Cancels what waits of a key as by DELETE: running jobs end and are paid (`decisions.md` 52). */
  readonly cancelRequestsOf: (sharedKeyId: string) => Promise<void>;
}

export interface SharedKeysOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly ports: SharedKeyPorts;
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const anonymousKey = '0000000000';

/** Shared keys; what they are charged with moves with the kudos, in horde/kudos. */
export function createSharedKeysService({ db, clock, users, ports }: SharedKeysOptions): SharedKeysService {
  const findBoth = async (id: string) =>
    uuid.test(id) ? db.readUnit(() => findKey(db.query, id)) : undefined;

  const open = async (key: SharedKey, owner: User, how: OpenHow): Promise<OpenedSharedKey> => {
    if (isEmpty(key)) return { id: key.id, user: await downgraded(how) };
    refuseExpired(key, clock());
    if (how.isStyled !== true && (await ports.isAssigned(key.id))) {
      const text = 'This shared key belongs to a style and works with that alone.';
      throw new ProblemError(403, 'SharedKeyAssignedStyles', text);
    }
    return { id: key.id, user: owner };
  };
  /** An empty key asks as anybody does, where anybody may ask (SHK-09). */
  const downgraded = async ({ mayDowngrade, isLocal }: OpenHow): Promise<User> => {
    const anonymous = mayDowngrade ? await users.authenticate(anonymousKey, { isLocal }) : undefined;
    if (anonymous) return anonymous;
    throw new ProblemError(403, 'SharedKeyEmpty', 'Nothing is left to spend with this shared key.');
  };

  return {
    create: async (owner, input) => {
      const made = { id: randomUUID(), userId: owner.id, input, now: clock() };
      return detailsOf(await db.write(() => insertKey(db.query, made)), owner.alias);
    },
    read: async (id) => {
      const found = await findBoth(id);
      if (!found) throw unknownSharedKey();
      return detailsOf(found.key, found.owner.alias);
    },
    change: async (caller, id, input) => {
      const change = { id, callerId: caller.id, input, now: clock() };
      const { key, owner } = await db.write(() => changeKey(db.query, change));
      return detailsOf(key, owner.alias);
    },
    remove: async (caller, id) => {
      const removal = { id, callerId: caller.id, now: clock() };
      await db.write(() => deleteKey(db.query, removal, ports.detachFromStyles));
      await ports.cancelRequestsOf(id);
    },
    find: async (id) => {
      const found = await findBoth(id);
      return found && { ...found.key, details: detailsOf(found.key, found.owner.alias) };
    },
    idsOf: async (userId) => {
      const found = await db.read
        .selectFrom('shared_keys')
        .select('id')
        .where('user_id', '=', userId)
        .orderBy('created')
        .orderBy('id')
        .execute();
      return found.map(({ id }) => id);
    },
    open: async (id, how) => {
      const found = await findBoth(id);
      if (!found) throw unknownSharedKey();
      return open(found.key, found.owner, how);
    },
    enter: async (apiKey, how) => {
      const found = await findBoth(apiKey);
      return found && open(found.key, found.owner, how);
    },
    checkBudget,
    wipe: function* (query, userId) {
      yield* run(query.deleteFrom('shared_keys').where('user_id', '=', userId));
    },
  };
}
