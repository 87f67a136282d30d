import { createHmac, createSecretKey } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import { prepared } from '#main/db/prepared.ts';
import { run } from '#main/db/work.ts';
import type { Clock } from '#shared/common/clock.ts';
import { anonymousId, ownerId, seedAccounts } from './seed.ts';
import { selectUsers, type User, userFromRow } from './user.ts';

/** The key that everyone knows; it stands for account 0. */
export const anonymousKey = '0000000000';

/** What a secret is for: the digest of one kind never passes for another's. */
export type SecretKind = 'passkey' | 'invite' | 'form';

export interface UsersService {
  /**
   * The account of a key, or undefined for one that opens nothing. A deleted account may still look
   * (ACC-55), so what it may not do is for the operations to say. The anonymous key opens account 0
   * for callers on this computer alone (`decisions.md` 12). Never cached: a new key holds at once.
   */
  authenticate(apiKey: string, caller: { readonly isLocal: boolean }): Promise<User | undefined>;
  byId(id: number): Promise<User | undefined>;
  byIds(ids: readonly number[]): Promise<ReadonlyMap<number, User>>;
  /** A page of accounts that are not deleted; pages count from 1. */
  list(query: { page: number; sort: 'kudos' | 'age'; pageSize: number }): Promise<User[]>;
  /** What an account earned while it is not trusted, in cents. */
  escrowCents(id: number): Promise<number>;
  /** The totals that accompany kudos, by name. */
  statistics(ids: readonly number[]): Promise<ReadonlyMap<number, ReadonlyMap<string, number>>>;
  /** Makes accounts 0 and 1 at the first start; only then the owner's key is given. */
  ensureOwner(): Promise<{ user: User; apiKey: string | undefined }>;
  /** Gives an account a new key and ends the old one. The key is nowhere else. */
  issueKey(userId: number): Promise<string>;
  /** Whether this is the passkey of a service account that is neither flagged nor being deleted (ACC-62). */
  isPasskey(passkey: string): Promise<boolean>;
  /** A new key with what is stored of it; for the unit that makes or changes an account. */
  drawKey(): { readonly apiKey: string; readonly digest: string };
  /** Secrets of 128 bits, of which only digests are stored. */
  readonly secrets: Secrets;
}

export interface Secrets {
  draw(): string;
  digest(kind: SecretKind, secret: string): string;
}

export interface UsersOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  /** 32 random bytes of this installation, kept by the secrets port; keys the digests (ACC-11). */
  readonly serverSecret: Uint8Array;
}

const userById = prepared((query, { id }: { id: number }) => selectUsers(query).where('users.id', '=', id));
const userByKey = prepared((query, { digest }: { digest: string }) =>
  selectUsers(query).where('key_digest', '=', digest),
);

/** Accounts and keys of the private horde (`accounts-and-safety.md` 1). */
export function createUsersService(options: UsersOptions): UsersService {
  const { db } = options;
  if (options.serverSecret.length < 32) throw new RangeError('the server secret has 32 bytes');
  const secret = createSecretKey(options.serverSecret);
  const digest = (key: string) => createHmac('sha256', secret).update(key).digest('hex');
  const draw = () => Buffer.from(options.randomBytes(16)).toString('base64url');
  const digestAs = (kind: SecretKind, plain: string) => digest(`${kind}:${plain}`);
  const drawKey = () => {
    const apiKey = draw();
    return { apiKey, digest: digest(apiKey) };
  };
  const byId = async (id: number) => {
    const [found] = await db.select(userById(db.query, { id }));
    return found && userFromRow(found);
  };
  return {
    byId,
    drawKey,
    secrets: { draw, digest: digestAs },
    async isPasskey(passkey) {
      const found = await db.read
        .selectFrom('users')
        .select('id')
        .where('passkey_digest', '=', digestAs('passkey', passkey))
        .where('is_service', '=', 1)
        .where('is_flagged', '=', 0)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      return found !== undefined;
    },
    async byIds(ids) {
      if (ids.length === 0) return new Map();
      const found = await selectUsers(db.read).where('users.id', 'in', ids).execute();
      return new Map(found.map((entry) => [entry.id, userFromRow(entry)]));
    },
    async authenticate(apiKey, { isLocal }) {
      if (apiKey === anonymousKey) return isLocal ? byId(anonymousId) : undefined;
      // The digest is keyed, so the time of this lookup tells nothing about stored keys.
      const [found] = await db.select(userByKey(db.query, { digest: digest(apiKey) }));
      return found && userFromRow(found);
    },
    async list({ page, sort, pageSize }) {
      const found = await selectUsers(db.read)
        .where('deleted_at', 'is', null)
        .orderBy(sort === 'age' ? 'users.created' : 'balance', sort === 'age' ? 'asc' : 'desc')
        .orderBy('users.id')
        .limit(pageSize)
        .offset((page - 1) * pageSize)
        .execute();
      return found.map((entry) => userFromRow(entry));
    },
    async escrowCents(id) {
      const found = await db.read
        .selectFrom('kudos_account')
        .select('balance')
        .where('kind', '=', 'escrow')
        .where('user_id', '=', id)
        .executeTakeFirst();
      return found?.balance ?? 0;
    },
    statistics: (ids) => readStatistics(db, ids),
    async ensureOwner() {
      const key = drawKey();
      const isNew = await db.write(() => seedAccounts(db.query, options.clock(), key.digest));
      const user = await byId(ownerId);
      if (!user) throw new Error("the owner's account is missing");
      return { user, apiKey: isNew ? key.apiKey : undefined };
    },
    async issueKey(userId) {
      if (userId === anonymousId) throw new RangeError('the anonymous account has no key of its own');
      const key = drawKey();
      const now = options.clock();
      const changed = await db.write(() =>
        run(
          db.query
            .updateTable('users')
            .set({ key_digest: key.digest, key_rotated_at: now })
            .where('id', '=', userId),
        ),
      );
      if (changed !== 1) throw new RangeError(`there is no account ${userId}`);
      return key.apiKey;
    },
  };
}

async function readStatistics(
  db: AppDatabase,
  ids: readonly number[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, number>>> {
  const byUser = new Map(ids.map((id) => [id, new Map<string, number>()]));
  if (ids.length === 0) return byUser;
  const found = await db.read.selectFrom('user_statistic').selectAll().where('user_id', 'in', ids).execute();
  for (const entry of found) byUser.get(entry.user_id)?.set(entry.name, entry.amount);
  return byUser;
}
