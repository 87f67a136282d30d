import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { anonymousKey, dayMs, openAccounts, type TestAccounts } from '../testing/open-accounts.ts';
import { suspectUser } from '#main/horde/suspicion/index.ts';

let horde: TestAccounts;
let keys: Record<'admin' | 'moderator' | 'self' | 'other' | 'anonymous', string>;
let self: number;

beforeAll(async () => {
  horde = await openAccounts();
});
afterAll(() => horde.close());
// Opening a horde takes longer than all that a test does: they share one and bring people of their own.
beforeEach(async () => {
  const [moderator, one, other] = [
    await horde.addUser(['trusted'], { is_moderator: 1 }),
    await horde.addUser(),
    await horde.addUser(),
  ];
  keys = {
    admin: horde.ownerKey,
    moderator: moderator.key,
    self: one.key,
    other: other.key,
    anonymous: anonymousKey,
  };
  self = one.id;
});

const change = (id: number | string, as: string | undefined, input: object) =>
  horde.call('PUT', `/users/${id}`, as, input);

/** What the log says of changes of an account. */
const linesAbout = async (id: number) =>
  (await horde.audits()).filter(({ action, user }) => action === 'user.change' && user === id);

describe('PUT /users/{user_id}: order and shape', () => {
  it.each([
    ['no key', undefined, 'self', { username: 'ada' }, 400, undefined],
    ['an unknown key', 'nobody', 'self', { username: 'ada' }, 401, 'InvalidAPIKey'],
    ['a staff field on nobody, by nobody', 'other', '99999', { trusted: true }, 403, 'NotModerator'],
    ['an admin field on nobody', 'moderator', '99999', { kudos: 1 }, 403, 'NotAdmin'],
    ['nobody', 'moderator', '99999', { trusted: true }, 404, 'UserNotFound'],
    ['no number', 'self', 'x', { username: 'ada' }, 404, 'UserNotFound'],
    ['an id too large', 'self', '2147483648', { username: 'ada' }, 404, 'UserNotFound'],
    ['nothing', 'self', 'self', {}, 400, 'NoUserModSelected'],
    ['unknown fields alone', 'self', 'self', { flying: true, filtered: true }, 400, 'NoUserModSelected'],
    ['an action that is false', 'self', 'self', { undelete: false }, 400, 'NoUserModSelected'],
    ['a live account', 'self', 'self', { undelete: true }, 400, 'UserNotDeleted'],
    ["somebody else's undeletion", 'other', 'self', { undelete: true }, 403, 'NotModerator'],
    ['31 characters', 'self', 'self', { username: 'x'.repeat(31) }, 400, 'TooLongUserName'],
    ['markup in a name', 'self', 'self', { username: '<b>ada</b>' }, 400, 'BadRequest'],
    ['a name of staff', 'self', 'self', { username: 'Adm1n' }, 400, 'BadRequest'],
    ['a profane name', 'self', 'self', { username: 'the rude one' }, 400, 'ProfaneUserName'],
    ['a profane contact', 'self', 'self', { contact: 'rude words' }, 400, 'ProfaneUserContact'],
    ['a profane comment', 'moderator', 'self', { admin_comment: 'a rude one' }, 400, 'ProfaneAdminComment'],
    ['a NUL', 'self', 'self', { contact: 'somebody\0' }, 400, 'NulByteInPayload'],
  ] as const)('%s', async (_name, who, target, input, status, rc) => {
    horde.around.profane.add('rude');
    const key = who === undefined || who === 'nobody' ? who : keys[who];
    const answer = await change(target === 'self' ? self : target, key, input);
    expect([answer.status, answer.body.rc]).toEqual([status, rc]);
  });

  it.each([
    [{ concurrency: 501 }, 'concurrency'],
    [{ concurrency: -1 }, 'concurrency'],
    [{ usage_multiplier: 0.05 }, 'usage_multiplier'],
    [{ usage_multiplier: 10.1 }, 'usage_multiplier'],
    [{ worker_invited: -1 }, 'worker_invited'],
    [{ username: 'ab' }, 'username'],
    [{ contact: 'abcd' }, 'contact'],
    [{ contact: 'x'.repeat(501) }, 'contact'],
    [{ contact: '\n\n\n\nab' }, 'contact'],
    [{ trusted: 'true' }, 'trusted'],
    [{ moderator: 1 }, 'moderator'],
    [{ username: null }, 'username'],
  ])('refuses %j by its shape', async (input, path) => {
    const { status, body } = await change(self, keys.admin, input);
    expect([status, Object.keys(body.errors), body.rc]).toEqual([400, [path], undefined]);
  });

  it('changes all or nothing', async () => {
    const before = await horde.users.byId(self);
    const input = { trusted: true, kudos: 100, username: 'x'.repeat(31) };
    expect((await change(self, keys.admin, input)).body.rc).toBe('TooLongUserName');
    expect(await horde.users.byId(self)).toEqual(before);
    const statistics = await horde.users.statistics([self]);
    expect([...(statistics.get(self) ?? [])]).toEqual([]);
    expect(await linesAbout(self)).toEqual([]);
  });

  it('answers only what was asked for, whatever else the account is', async () => {
    const input = { usage_multiplier: 0.5, flagged: false, contact: 'me@here.example', unknown: 1 };
    const { body } = await change(self, keys.admin, input);
    expect(body).toEqual({ usage_multiplier: 0.5, flagged: false, contact: 'me@here.example' });
  });

  it('acts on rights as they are when it happens', async () => {
    const moderator = await horde.users.authenticate(keys.moderator, { isLocal: true });
    if (!moderator) throw new Error('the moderator is missing');
    await change(moderator.id, keys.admin, { moderator: false });
    const late = horde.accounts.change(moderator, self, { trusted: true });
    await expect(late).rejects.toMatchObject({ rc: 'NotModerator' });
  });
});

describe('what changes bring about', () => {
  it('moves kudos by the ledger, down to the floor', async () => {
    expect((await change(self, keys.admin, { kudos: 100.9 })).body).toEqual({ new_kudos: 114 });
    expect((await change(self, keys.admin, { kudos: -40 })).body).toEqual({ new_kudos: 74 });
    expect((await change(self, keys.admin, { kudos: -500 })).body).toEqual({ new_kudos: 14 });
    const { body } = await horde.call('GET', `/users/${self}`, undefined);
    expect(body).toMatchObject({ kudos: 14, kudos_details: { admin: -440 } });
  });

  it('pays monthly kudos at once and never takes them back', async () => {
    expect((await change(self, keys.admin, { monthly_kudos: 100 })).body).toEqual({ monthly_kudos: 100 });
    expect((await change(self, keys.admin, { monthly_kudos: -30 })).body).toEqual({ monthly_kudos: 70 });
    expect((await change(self, keys.admin, { monthly_kudos: -300 })).body).toEqual({ monthly_kudos: 0 });
    const { body } = await horde.call('GET', `/users/${self}`, keys.admin);
    expect(body).toMatchObject({ kudos: 114, kudos_details: { recurring: 100 } });
  });

  it.each([{ trusted: true }, { moderator: true }])(
    '%j ends quarantine and pays the escrow out',
    async (input) => {
      await addWorker(horde, { userId: self, paused: 1 });
      await horde.db.write(() =>
        run(
          horde.db.query
            .insertInto('kudos_account')
            .values({ kind: 'escrow', user_id: self, name: null, balance: 4200, floor: 0 }),
        ),
      );
      await change(self, keys.admin, input);
      const worker = await horde.db.read.selectFrom('horde_workers').select('paused').executeTakeFirst();
      expect(worker).toEqual({ paused: 0 });
      const { body } = await horde.call('GET', `/users/${self}`, keys.admin);
      expect(body).toMatchObject({ trusted: true, kudos: 56, evaluating_kudos: 0 });
    },
  );

  it('keeps the trust of who is a moderator no more', async () => {
    await change(self, keys.admin, { moderator: true });
    expect((await change(self, keys.admin, { moderator: false })).body).toEqual({ moderator: false });
    expect(await horde.users.byId(self)).toMatchObject({ isModerator: false, isTrusted: true });
  });

  it('sets the concurrency of educators unless the call does', async () => {
    expect((await change(self, keys.admin, { education: true })).body.concurrency).toBe(200);
    expect((await change(self, keys.admin, { education: false })).body.concurrency).toBe(30);
    const both = await change(self, keys.admin, { education: true, concurrency: 12 });
    expect(both.body).toEqual({ education: true, concurrency: 12 });
  });

  it('forgets the points of an account and leaves its workers paused', async () => {
    await addWorker(horde, { userId: self, paused: 1 });
    await horde.db.write(() =>
      suspectUser(horde.db.query, { userId: self, type: 'UNREASONABLY_FAST', now: horde.around.now }),
    );
    const points = async () => (await horde.call('GET', `/users/${self}`, keys.admin)).body.suspicious;
    expect(await points()).toBe(1);
    expect((await change(self, keys.moderator, { reset_suspicion: true })).body).toEqual({
      new_suspicion: 0,
    });
    expect(await points()).toBe(0);
    expect(await pausedOf(self)).toBe(1);
  });

  it('leaves a line of what staff did, without personal or secret texts', async () => {
    await change(self, keys.self, { username: 'own doing' });
    const contact = 'private@here.example';
    await change(self, keys.admin, { trusted: true, kudos: 5, contact, admin_comment: 'a comment' });
    const [line, ...more] = await linesAbout(self);
    expect(more).toEqual([]);
    expect(line).toEqual({
      actor_id: 1,
      action: 'user.change',
      user: self,
      changes: {
        trusted: [false, true],
        kudos: [14, 19],
        contact: true,
        admin_comment: [null, 'a comment'],
      },
    });
    expect(JSON.stringify(await horde.audits())).not.toContain(contact);
  });

  it('tells those who keep accounts in memory', async () => {
    const heard: number[] = [];
    horde.accounts.onChanged((id) => void heard.push(id));
    await change(self, keys.admin, { flagged: true });
    expect(heard).toEqual([self]);
  });

  it('keeps a name with a number sign apart from its id', async () => {
    await change(self, keys.self, { username: 'ada#1' });
    const { body } = await horde.call('GET', `/users/${self}`, undefined);
    expect(body).toMatchObject({ username: `ada#1#${self}`, id: self });
  });

  it('grows with time, not with reading', async () => {
    horde.around.now += dayMs;
    const { body } = await horde.call('GET', `/users/${self}`, undefined);
    expect(body.account_age).toBe(86_400);
    horde.around.now -= dayMs;
  });
});

async function pausedOf(userId: number): Promise<number | undefined> {
  const workers = horde.db.read.selectFrom('horde_workers').select('paused');
  return (await workers.where('user_id', '=', userId).executeTakeFirst())?.paused;
}

async function addWorker(
  { db, around }: TestAccounts,
  worker: { userId: number; paused: 0 | 1 },
): Promise<void> {
  await db.write(() =>
    run(
      db.query.insertInto('horde_workers').values({
        id: `of ${worker.userId}`,
        user_id: worker.userId,
        name: `of ${worker.userId}`,
        name_key: `of ${worker.userId}`,
        info: null,
        ip: '127.0.0.1',
        created: around.now,
        last_check_in: around.now,
        profile: '{}',
        maintenance: 0,
        maintenance_msg: null,
        paused: worker.paused,
        fulfilments: 0,
        uncompleted: 0,
        aborted: 0,
        aborted_since: 0,
        things: 0,
        reward_cents: 0,
        uptime: 0,
        rewarded_uptime: 0,
        uptime_cents: 0,
        samples: '[]',
      }),
    ),
  );
}
