import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { dropTestDatabase, openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { run } from '#main/db/work.ts';
import { createUsersService } from '#main/horde/users/index.ts';
import { suspicionCodes, type WorkerSuspicionType } from '#shared/horde/suspicion/types.ts';
import {
  countDrop,
  createSuspicionService,
  recordProblem,
  resetSuspicion,
  type SuspicionService,
  suspectUser,
  suspectWorker,
} from './index.ts';

const now = 1_800_000_000_000;
const minute = 60_000;
let folder: string;
let db: AppDatabase;
let suspicion: SuspicionService;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yurt-suspicion-'));
  db = await openTestDatabase(join(folder, 'test.sqlite'));
  const users = createUsersService({ db, clock: () => now, randomBytes, serverSecret: Buffer.alloc(32, 1) });
  await users.ensureOwner();
  suspicion = createSuspicionService({ db });
  await addUser(7);
  await addWorker('w', 7);
});

afterEach(async () => {
  await db.close();
  await dropTestDatabase(join(folder, 'test.sqlite'));
  await rm(folder, { recursive: true, force: true });
});

async function addUser(id: number): Promise<void> {
  const owner = await db.read.selectFrom('users').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
  const own = {
    id,
    username: 'user',
    oauth_id: `test:${id}`,
    key_digest: null,
    is_admin: 0,
    is_moderator: 0,
    is_trusted: 0,
  };
  await db.write(() => run(db.query.insertInto('users').values({ ...owner, ...own })));
}

async function addWorker(
  id: string,
  userId: number,
  kind: 'image' | 'interrogation' = 'image',
): Promise<void> {
  const zero = { maintenance: 0, paused: 0, fulfilments: 0, uncompleted: 0, aborted: 0, things: 0 };
  await db.write(() =>
    run(
      db.query.insertInto('horde_workers').values({
        ...zero,
        id,
        kind,
        user_id: userId,
        name: id,
        name_key: id,
        info: null,
        ip: '192.0.2.1',
        created: now,
        last_check_in: now,
        profile: '{}',
        maintenance_msg: null,
        aborted_since: now,
        reward_cents: 0,
        uptime: 0,
        rewarded_uptime: 0,
        uptime_cents: 0,
        samples: '[]',
      }),
    ),
  );
}

const suspect = (type: WorkerSuspicionType, workerId = 'w') =>
  db.write(() => suspectWorker(db.query, { workerId, type, now, detail: 'x' }));
const setTrust = (is_trusted: number) =>
  db.write(() => run(db.query.updateTable('users').set({ is_trusted }).where('id', '=', 7)));
const worker = (id = 'w') =>
  db.read.selectFrom('horde_workers').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const points = async () => [
  (await suspicion.ofUsers([7])).get(7) ?? 0,
  (await suspicion.ofWorkers(['w'])).get('w') ?? 0,
];

describe('suspicion', () => {
  const ofWorkers = Object.keys(suspicionCodes).filter(
    (type): type is WorkerSuspicionType => !/USERNAME|PROMPT/.test(type),
  );
  it.each(ofWorkers)('counts %s for worker and owner, again only where it repeats', async (type) => {
    await suspect(type);
    expect(await points()).toEqual([1, 1]);
    await suspect(type);
    const again = type === 'UNREASONABLY_FAST' || type === 'TOO_MANY_JOBS_ABORTED' ? 2 : 1;
    expect(await points()).toEqual([again, again]);
    expect((await suspicion.pointsOf(7))[0]).toEqual({ type, created: now, detail: 'x' });
  });

  it.each(['USERNAME_LONG', 'USERNAME_PROFANITY', 'CORRUPT_PROMPT'] as const)(
    'counts %s once for an account',
    async (type) => {
      for (const expected of [true, false]) {
        expect(await db.write(() => suspectUser(db.query, { userId: 7, type, now }))).toBe(expected);
      }
      expect(await points()).toEqual([1, 0]);
    },
  );

  it('counts nothing for the anonymous account and unknown workers', async () => {
    await db.write(() => suspectUser(db.query, { userId: 0, type: 'CORRUPT_PROMPT', now }));
    expect(await suspect('UNREASONABLY_FAST', 'nobody')).toEqual({ isNewlyPaused: false });
    expect(await suspicion.ofUsers([0, 7])).toEqual(new Map());
  });

  it('pauses a worker with the fifth point and tells the moderators once', async () => {
    for (let point = 1; point <= 4; point += 1) {
      expect(await suspect('UNREASONABLY_FAST')).toEqual({ isNewlyPaused: false });
    }
    expect((await worker()).paused).toBe(0);
    expect(await suspect('UNREASONABLY_FAST')).toEqual({ isNewlyPaused: true });
    expect(await suspect('UNREASONABLY_FAST')).toEqual({ isNewlyPaused: false });
    expect((await worker()).paused).toBe(1);
    expect(await suspicion.notices(10)).toMatchObject([
      { kind: 'worker-paused', subject: 'w', created: now },
    ]);
  });

  it('leaves trusted owners alone until they lose their trust', async () => {
    await setTrust(1);
    for (let point = 1; point <= 9; point += 1) await suspect('UNREASONABLY_FAST');
    expect((await worker()).paused).toBe(0);
    await setTrust(0);
    expect(await suspect('UNREASONABLY_FAST')).toEqual({ isNewlyPaused: true });
  });

  it("is forgotten with a reset, for other workers' points too, and pauses stay", async () => {
    for (let point = 1; point <= 5; point += 1) await suspect('UNREASONABLY_FAST');
    await addUser(8);
    await addWorker('other', 8);
    await suspect('UNREASONABLY_FAST', 'other');
    expect(await db.write(() => resetSuspicion(db.query, 7))).toBe(0);
    expect(await points()).toEqual([0, 0]);
    expect((await worker()).paused).toBe(1);
    expect(await suspicion.ofWorkers(['other'])).toEqual(new Map([['other', 1]]));
  });

  it('gives a new worker no point of its owner', async () => {
    await suspect('UNREASONABLY_FAST');
    await addWorker('second', 7);
    expect(await suspicion.ofWorkers(['second'])).toEqual(new Map());
  });
});

describe('dropped jobs', () => {
  const drop = (extra: { isRaided?: boolean; workerId?: string; at?: number } = {}) =>
    db.write(() =>
      countDrop(db.query, {
        workerId: extra.workerId ?? 'w',
        now: extra.at ?? now + minute,
        isRaided: extra.isRaided ?? false,
      }),
    );

  it('bring maintenance and a point with the 21st within an hour, which the owner may end', async () => {
    for (let count = 1; count <= 20; count += 1) await drop();
    expect(await worker()).toMatchObject({ maintenance: 0, aborted: 20, uncompleted: 20 });
    expect(await drop()).toEqual({ isNewlyPaused: false, entersMaintenance: true });
    expect(await worker()).toMatchObject({ maintenance: 1, aborted: 0, uncompleted: 21 });
    expect(await points()).toEqual([1, 1]);
  });

  it('pause at the fifth crossing, in a raid without any maintenance', async () => {
    for (let crossing = 1; crossing <= 5; crossing += 1) {
      expect((await worker()).paused).toBe(0);
      for (let count = 1; count <= 10; count += 1) await drop({ isRaided: true });
      const last = await drop({ isRaided: true });
      expect(last).toEqual({ isNewlyPaused: crossing === 5, entersMaintenance: false });
    }
    expect(await worker()).toMatchObject({ paused: 1, maintenance: 0, maintenance_msg: null });
  });

  it('are counted anew after an hour', async () => {
    for (let count = 1; count <= 20; count += 1) await drop();
    await drop({ at: now + 61 * minute });
    expect(await worker()).toMatchObject({ maintenance: 0, aborted: 1 });
  });

  it('are forgiven more often to alchemists', async () => {
    await addWorker('alchemist', 7, 'interrogation');
    for (let count = 1; count <= 100; count += 1) await drop({ workerId: 'alchemist' });
    expect(await worker('alchemist')).toMatchObject({ maintenance: 0, aborted: 100 });
    await drop({ workerId: 'alchemist' });
    expect(await worker('alchemist')).toMatchObject({ maintenance: 1 });
  });
});

describe('reported results', () => {
  let job = 0;
  const record = (extra: { userId?: number; ip?: string; proxied?: string; at?: number } = {}) =>
    db.write(() =>
      recordProblem(db.query, {
        jobId: `job ${(job += 1)}`,
        userId: extra.userId ?? 7,
        workerId: 'w',
        addressKey: extra.ip ?? `192.0.2.${job}`,
        proxiedAccount: extra.proxied,
        now: extra.at ?? now,
      }),
    );
  const subjects = async () => (await suspicion.notices(10)).map((notice) => notice.subject).toSorted();

  it('are told once a window when an account has too many', async () => {
    for (let count = 1; count <= 3; count += 1) await record();
    expect(await subjects()).toEqual([]);
    await record();
    await record();
    expect(await subjects()).toEqual(['user:7:hour']);
    for (let count = 6; count <= 11; count += 1) await record({ at: now + 2 * 60 * minute });
    expect(await subjects()).toEqual(['user:7:day', 'user:7:hour', 'user:7:hour']);
  });

  it('count the same job once', async () => {
    for (let count = 1; count <= 6; count += 1) {
      job = 100;
      await record();
    }
    expect(await subjects()).toEqual([]);
  });

  it('are counted by address alone for the anonymous account', async () => {
    for (let count = 1; count <= 4; count += 1) await record({ userId: 0 });
    expect(await subjects()).toEqual([]);
    for (let count = 1; count <= 4; count += 1) await record({ userId: 0, ip: '2001:db8::/64' });
    expect(await subjects()).toEqual(['ip:2001:db8::/64:hour']);
  });

  it('are counted for each of those whom a service asks for', async () => {
    for (let count = 1; count <= 4; count += 1) await record({ proxied: `p${count}` });
    expect(await subjects()).toEqual([]);
    for (let count = 1; count <= 3; count += 1) await record({ proxied: 'p1' });
    expect(await subjects()).toEqual(['user:7:p1:hour']);
  });

  it('lose their addresses after a week and are forgotten after a month', async () => {
    await record();
    await suspicion.sweep(now + 8 * 24 * 60 * minute);
    const stored = () => db.read.selectFrom('horde_problem_jobs').selectAll().execute();
    expect(await stored()).toMatchObject([{ ip: null, user_id: 7 }]);
    await suspicion.sweep(now + 31 * 24 * 60 * minute);
    expect(await stored()).toEqual([]);
  });
});
