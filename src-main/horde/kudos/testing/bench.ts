import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppDatabase, openDatabase } from '#main/db/database.ts';
import { dropTestDatabase, openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { run, type Work } from '#main/db/work.ts';
import { floorCents, openingCents } from '#shared/horde/kudos/accounts.ts';
import { openKudosAccount } from '../accounts.ts';
import { checkLedger } from '../audit/index.ts';

/** An instant that the tests' clocks start at. */
export const someTime = Date.parse('2026-11-25T12:00:00Z');
const day = 24 * 60 * 60 * 1000;

export interface BenchUser {
  readonly id: number;
  /** Kudos beyond the opening grant, in cents. */
  readonly extraCents?: number;
  readonly oauthId?: string;
  readonly ageDays?: number;
  readonly flags?: Partial<
    Record<'is_trusted' | 'is_moderator' | 'is_admin' | 'is_flagged' | 'is_education', 1>
  >;
  readonly isDeleted?: boolean;
}

/** A new database takes every migration, a copy of one takes none. */
let emptyDatabase: Promise<Buffer> | undefined;

async function makeEmptyDatabase(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'yurt-kudos-'));
  const file = join(folder, 'empty.db');
  const db = await openDatabase(file);
  await db.close();
  const bytes = await readFile(file);
  await rm(folder, { recursive: true });
  return bytes;
}

/** A database of its own in a folder of its own. */
export async function openBench() {
  const folder = await mkdtemp(join(tmpdir(), 'yurt-kudos-'));
  const file = join(folder, 'test.db');
  emptyDatabase ??= makeEmptyDatabase();
  await writeFile(file, await emptyDatabase);
  const db = await openTestDatabase(file);
  const remove = async () => {
    await dropTestDatabase(file);
    await rm(folder, { recursive: true });
  };
  return {
    ...benchOver(db),
    folder,
    file,
    /** For who has closed the database before. */
    remove,
    close: async () => {
      await db.close();
      await remove();
    },
    /** Closes, and fails the test whose books are wrong at its end. */
    closeSound: async () => {
      const { problems } = await checkLedger(db);
      await db.close();
      await remove();
      if (problems.length > 0) throw new Error(`the books are wrong:\n${problems.join('\n')}`);
    },
  };
}

export type Bench = ReturnType<typeof benchOver>;

/** What tests of kudos do to a database. */
export function benchOver(db: AppDatabase) {
  return {
    db,
    addUser: (user: BenchUser) => db.write(() => addUser(db, user)),
    addWorker: (id: string, ownerId: number, isPaused = false) =>
      db.write(() => addWorker(db, { id, ownerId, isPaused })),
    /** Points of suspicion. */
    suspect: (userId: number, points: number) =>
      db.write(function* () {
        for (let code = 0; code < points; code += 1) {
          const point = { user_id: userId, code, created: someTime, detail: '' };
          yield* run(db.query.insertInto('horde_user_suspicions').values(point));
        }
      }),
    setThreshold: (kudos: number) =>
      db.write(() =>
        run(
          db.query
            .insertInto('horde_settings')
            .values({ name: 'trust_threshold', value: String(kudos) })
            .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: String(kudos) })),
        ),
      ),
    balances: () => balances(db),
    statistics: async (userId: number): Promise<Record<string, number>> => {
      const found = await db.read
        .selectFrom('user_statistic')
        .selectAll()
        .where('user_id', '=', userId)
        .execute();
      return Object.fromEntries(found.map((entry) => [entry.name, entry.amount]));
    },
    eventKeys: async (): Promise<string[]> => {
      const found = await db.read.selectFrom('kudos_event').select('key').orderBy('id').execute();
      return found.map((event) => event.key);
    },
  };
}

/** Balances in cents: `7` of user 7, `escrow 7`, and the system's by their names. */
export async function balances(db: AppDatabase): Promise<Record<string, number>> {
  const found = await db.read.selectFrom('kudos_account').selectAll().execute();
  const nameOf = (account: (typeof found)[number]) =>
    account.name ?? (account.kind === 'user' ? String(account.user_id) : `escrow ${account.user_id}`);
  return Object.fromEntries(found.map((account) => [nameOf(account), account.balance]));
}

function* addUser(db: AppDatabase, user: BenchUser): Work<void> {
  const oauthId = user.oauthId ?? `test:${user.id}`;
  const created = someTime - (user.ageDays ?? 0) * day;
  yield* run(
    db.query.insertInto('users').values({
      id: user.id,
      username: `user${user.id}`,
      oauth_id: oauthId,
      key_digest: null,
      key_rotated_at: null,
      created,
      last_active: created,
      contact: null,
      admin_comment: null,
      concurrency: 30,
      worker_invited: 0,
      public_workers: 0,
      is_admin: 0,
      is_moderator: 0,
      is_trusted: 0,
      is_flagged: 0,
      is_service: 0,
      is_education: 0,
      is_customizer: 0,
      deleted_at: user.isDeleted === true ? someTime : null,
      registered_via: 'moderator',
      ...user.flags,
    }),
  );
  yield* openKudosAccount(db.query, {
    userId: user.id,
    floorCents: floorCents(oauthId),
    startCents: openingCents(oauthId) + (user.extraCents ?? 0),
    now: created,
  });
}

function* addWorker(
  db: AppDatabase,
  { id, ownerId, isPaused }: { id: string; ownerId: number; isPaused: boolean },
): Work<void> {
  yield* run(
    db.query.insertInto('horde_workers').values({
      id,
      user_id: ownerId,
      name: id,
      name_key: id,
      info: null,
      ip: '127.0.0.1',
      created: someTime,
      last_check_in: someTime,
      profile: '{}',
      maintenance: 0,
      maintenance_msg: null,
      paused: isPaused ? 1 : 0,
      fulfilments: 0,
      uncompleted: 0,
      aborted: 0,
      aborted_since: someTime,
      things: 0,
      reward_cents: 0,
      uptime: 0,
      rewarded_uptime: 0,
      uptime_cents: 0,
      samples: '[]',
    }),
  );
}
