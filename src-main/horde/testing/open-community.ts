import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { dropTestDatabase, openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { run } from '#main/db/work.ts';
import { assembleCommunity } from '../assembly/community-parts.ts';
import { openKudosAccount } from '#main/horde/kudos/index.ts';
import { createSharedKeysService, sharedKeyRoutes } from '#main/horde/sharedkeys/index.ts';
import { detachSharedKey } from '#main/horde/styles/index.ts';
import { createUsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { createHordeListener } from '#main/server/horde-listener.ts';
import { type CallAnswer, type CallOptions, type NewUser, someTime, userRow } from './open-horde.ts';

const databaseFile = 'community.sqlite';

export type TestCommunity = Awaited<ReturnType<typeof openCommunity>>;

/** A worker as a test puts it into the database: it never pops. */
export interface NewWorker {
  readonly name?: string;
  readonly ownerId?: number;
  readonly kind?: 'image' | 'text' | 'interrogation';
  readonly models?: readonly string[];
}

/**
 * What the members of a horde make for each other, with accounts and shared keys, over a real database and
 * the horde's real listener; without requests and jobs.
 */
async function openCommunity(folder: string, clock: { now: number }) {
  const now = () => clock.now;
  const db = await openTestDatabase(join(folder, databaseFile));
  const users = createUsersService({ db, clock: now, randomBytes, serverSecret: Buffer.alloc(32, 1) });
  const { apiKey: ownerKey = '' } = await users.ensureOwner();
  const onlineIds = new Set<string>();
  let draw = 0;
  const community = assembleCommunity({
    db,
    clock: now,
    users,
    random: () => draw,
    isOnline: (id) => onlineIds.has(id),
    isProfane: (text) => /\bdarn\b/i.test(text),
    sharedKeys: { find: (id) => sharedKeys.find(id) },
  });
  const sharedKeys = createSharedKeysService({
    db,
    clock: now,
    users,
    ports: {
      isAssigned: (id) => community.styles.holdsSharedKey(id),
      detachFromStyles: detachSharedKey,
      cancelRequestsOf: () => Promise.resolve(),
    },
  });
  const server = await createHordeListener({
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    rateLimits: 'off',
    features: async (api) => {
      sharedKeyRoutes(api, { users, sharedKeys });
      await api.register(async (v2: AppFastify) => community.register(v2), { prefix: '/api/v2' });
    },
  });
  await server.ready();

  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object,
    { key = ownerKey, headers = {} }: CallOptions = {},
  ): Promise<CallAnswer> => {
    const answer = await server.inject({
      method,
      url: `/api/v2${path}`,
      headers: { host: 'localhost', ...(key === '' ? {} : { apikey: key }), ...headers },
      ...(payload ? { payload } : {}),
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  const userOf = async (id: number) => {
    const user = await users.byId(id);
    if (!user) throw new Error(`there is no account ${id}`);
    return user;
  };
  return {
    db,
    server,
    call,
    ownerKey,
    community,
    userOf,
    onlineIds,
    /** What the next draws give. */
    setDraw: (value: number): void => {
      draw = value;
    },
    /** Status and code of a call that is expected to be refused. */
    rcOf: async (...of: Parameters<typeof call>): Promise<[number, string | undefined]> => {
      const { status, body } = await call(...of);
      return [status, body.rc];
    },
    addUser: async (user: NewUser): Promise<string> => {
      await db.write(function* () {
        yield* run(db.query.insertInto('users').values(userRow(user)));
        yield* openKudosAccount(db.query, {
          userId: user.id,
          floorCents: 2500,
          startCents: 2500,
          now: someTime,
        });
      });
      return users.issueKey(user.id);
    },
    addWorker: async (worker: NewWorker = {}): Promise<string> => {
      const row = workerRow(worker);
      await db.write(() => run(db.query.insertInto('horde_workers').values(row)));
      return row.id;
    },
    auditLines: () => db.read.selectFrom('horde_audit').selectAll().orderBy('id').execute(),
    close: async (): Promise<void> => {
      await server.close();
      await db.close();
    },
  };
}

function workerRow({ name = 'Worker One', ownerId = 1, kind = 'image', models = ['tiny'] }: NewWorker) {
  return {
    id: randomUUID(),
    kind,
    user_id: ownerId,
    name,
    name_key: name.toLowerCase(),
    info: null,
    ip: '127.0.0.1',
    created: someTime,
    last_check_in: someTime,
    profile: JSON.stringify(kind === 'interrogation' ? { forms: ['caption'] } : { models }),
    maintenance: 0,
    maintenance_msg: null,
    paused: 0,
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
  };
}

/** Communities in folders of their own; `closeAll` belongs into `afterEach`. */
export function communityFolder() {
  const ends: Array<() => Promise<void>> = [];
  return {
    open: async (): Promise<TestCommunity & { clock: { now: number } }> => {
      const folder = await mkdtemp(join(tmpdir(), 'yurt-community-'));
      ends.push(
        () => rm(folder, { recursive: true, force: true }),
        () => dropTestDatabase(join(folder, databaseFile)),
      );
      const clock = { now: someTime };
      const community = await openCommunity(folder, clock);
      ends.push(community.close);
      return { ...community, clock };
    },
    closeAll: async (): Promise<void> => {
      for (const end of ends.splice(0).toReversed()) await end();
    },
  };
}
