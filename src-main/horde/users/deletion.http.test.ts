import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anonymousKey, dayMs, openAccounts, someTime, type TestAccounts } from '../testing/open-accounts.ts';

let horde: TestAccounts;
let one: Awaited<ReturnType<TestAccounts['addUser']>>;
let other: typeof one;
let moderator: typeof one;

beforeAll(async () => {
  horde = await openAccounts();
});
afterAll(() => horde.close());
beforeEach(async () => {
  horde.around.now = someTime;
  horde.around.cancelled.length = 0;
  one = await horde.addUser(['customizer']);
  other = await horde.addUser();
  moderator = await horde.addUser(['trusted'], { is_moderator: 1 });
});

const remove = async (id: number | string, as: string | undefined) => {
  const { status, body } = await horde.call('DELETE', `/users/${id}`, as);
  return status === 200 ? body.message : `${status} ${body.rc}`;
};

describe('DELETE /users/{user_id}', () => {
  it('disables an account and lets it be restored, with everything that it had', async () => {
    const key = await horde.call('PUT', '/sharedkeys', one.key, {});
    expect(await remove(one.id, one.key)).toBe('OK');
    expect(horde.around.cancelled).toEqual([{ userId: one.id }]);
    const { body } = await horde.call('GET', '/find_user', one.key);
    expect(body).toMatchObject({ id: one.id, deleted: true, customizer: true });
    expect((await horde.call('GET', `/sharedkeys/${key.body.id}`, undefined)).status).toBe(401);
    const restored = await horde.call('PUT', `/users/${one.id}`, one.key, { undelete: true });
    expect([restored.status, restored.body]).toEqual([200, { undeleted: true }]);
    const after = await horde.call('GET', '/find_user', one.key);
    expect(after.body).toMatchObject({ deleted: false, customizer: true, sharedkey_ids: [key.body.id] });
    expect((await horde.call('GET', `/sharedkeys/${key.body.id}`, undefined)).status).toBe(200);
  });

  it.each([
    ['without a key', 'one', undefined, '401 InvalidAPIKey'],
    ['with an unknown key', 'one', 'unknown', '401 InvalidAPIKey'],
    ['of an id that is none', 'x', 'one', '404 UserNotFound'],
    ['of nobody', '99999', 'moderator', '404 UserNotFound'],
    ['by Anonymous', 'one', 'anonymous', '403 AnonForbiddenUser'],
    ['of Anonymous', '0', 'moderator', '403 AnonForbiddenUser'],
    ['of a moderator by an admin', 'moderator', 'admin', '403 CannotDeleteMod'],
    ['of a moderator by themselves', 'moderator', 'moderator', '403 CannotDeleteMod'],
    ['of the owner by themselves', '1', 'admin', '403 CannotDeleteMod'],
    ['of another', 'one', 'other', '403 NotUserOrMod'],
    ['by a moderator', 'one', 'moderator', 'OK'],
  ] as const)('%s', async (_name, target, who, verdict) => {
    const keys = {
      one: one.key,
      other: other.key,
      moderator: moderator.key,
      anonymous: anonymousKey,
      admin: horde.ownerKey,
      unknown: 'unknown',
    };
    const ids = { one: one.id, moderator: moderator.id };
    const id = target in ids ? ids[target as keyof typeof ids] : target; // `in` does not narrow a union of texts
    expect(await remove(id, who && keys[who])).toBe(verdict);
  });

  it('wipes after thirty days and not before', async () => {
    await remove(one.id, one.key);
    horde.around.now += 30 * dayMs - 1;
    expect(await remove(one.id, one.key)).toBe('403 CannotWipeActiveUser');
    expect(await horde.accounts.pastGrace()).not.toContainEqual(expect.objectContaining({ id: one.id }));
    horde.around.now += 1;
    expect(await horde.accounts.pastGrace()).toContainEqual(expect.objectContaining({ id: one.id }));
    expect(await remove(one.id, one.key)).toBe('OK');
    expect(await horde.accounts.pastGrace()).not.toContainEqual(expect.objectContaining({ id: one.id }));
    expect(await horde.call('GET', '/find_user', one.key)).toMatchObject({ status: 404 });
  });

  it('leaves of a wiped account what no lookup finds, and of its kudos everything', async () => {
    const details = { contact: 'where I live', username: 'a real name' };
    await horde.call('PUT', `/users/${one.id}`, one.key, details);
    await horde.call('PUT', `/users/${one.id}`, horde.ownerKey, { admin_comment: 'a remark', service: true });
    const shared = await horde.call('PUT', '/sharedkeys', one.key, { name: 'a shared name' });
    for (const user of [one, other]) {
      await remove(user.id, user.key);
      horde.around.now += 30 * dayMs;
      expect(await remove(user.id, moderator.key)).toBe('OK');
    }
    for (const id of [one.id, other.id]) {
      expect(await horde.users.byId(id)).toBeUndefined();
      expect((await horde.users.byIds([id])).size).toBe(0);
      expect((await horde.call('GET', `/users/${id}`, horde.ownerKey)).body.rc).toBe('UserNotFound');
      expect((await horde.call('PUT', `/users/${id}`, horde.ownerKey, { trusted: true })).status).toBe(404);
      expect(await remove(id, moderator.key)).toBe('404 UserNotFound');
    }
    expect((await horde.call('GET', '/find_user', shared.body.id)).status).toBe(404);
    const row = await horde.db.read.selectFrom('users').selectAll().where('id', '=', one.id).execute();
    expect(row).toMatchObject([{ username: 'wiped', oauth_id: `wiped:${one.id}`, key_digest: null }]);
    const text = JSON.stringify([row, await horde.db.read.selectFrom('shared_keys').selectAll().execute()]);
    for (const secret of ['where I live', 'a real name', 'a remark', 'a shared name']) {
      expect(text).not.toContain(secret);
    }
    const postings = horde.db.read
      .selectFrom('kudos_posting as p')
      .innerJoin('kudos_account as a', 'a.id', 'p.account_id')
      .select('p.amount')
      .where('a.user_id', '=', one.id);
    expect(await postings.execute()).toEqual([{ amount: 1400 }]);
  });

  it('gives a wiped identity a new account', async () => {
    const identity = `oidc:test:${randomUUID()}`;
    const signUp = () =>
      horde.registration.register({ username: 'signed in', identity, ip: `10.9.0.${one.id}` });
    const first = await signUp();
    await horde.accounts.remove(first.user, first.user.id);
    await expect(signUp()).rejects.toMatchObject({ rc: 'DeletedUser' });
    horde.around.now += 30 * dayMs;
    await horde.accounts.remove(first.user, first.user.id);
    expect((await signUp()).user.id).toBeGreaterThan(first.user.id);
  });

  it('tells in the log what staff did', async () => {
    await remove(one.id, moderator.key);
    await remove(other.id, other.key);
    const lines = (await horde.audits()).filter(({ action }) => action === 'user.delete');
    expect(lines.filter(({ user }) => user === one.id || user === other.id)).toEqual([
      { actor_id: moderator.id, action: 'user.delete', user: one.id },
    ]);
  });

  it('ends what a crash left of a deletion, every time that the sweep runs', async () => {
    await remove(one.id, one.key);
    for (const round of [1, 2]) {
      horde.around.cancelled.length = 0;
      await horde.accounts.sweep(horde.around.now);
      expect([round, horde.around.cancelled]).toEqual([round, expect.arrayContaining([{ userId: one.id }])]);
      expect(horde.around.cancelled).not.toContainEqual({ userId: other.id });
    }
  });
});

describe('an account that is being deleted', () => {
  it.each([
    ['PUT', (id: number) => `/users/${id}`, { username: 'another name' }],
    ['PUT', (id: number) => `/users/${id}`, { undelete: true, contact: 'somewhere' }],
    ['PUT', () => '/sharedkeys', {}],
    ['PATCH', () => `/sharedkeys/${randomUUID()}`, { kudos: 1 }],
    ['DELETE', () => `/sharedkeys/${randomUUID()}`, undefined],
    ['POST', () => '/ask', {}],
  ] as const)('may not %s %s', async (method, path, body) => {
    await remove(one.id, one.key);
    const answer = await horde.call(method, path(one.id), one.key, body);
    expect([answer.status, answer.body.rc]).toEqual([403, 'DeletedUser']);
  });

  it('cannot move kudos, renew its key or become a moderator', async () => {
    await remove(one.id, one.key);
    const gift = await horde.call('POST', '/kudos/transfer', one.key, {
      username: `x#${other.id}`,
      amount: 1,
    });
    expect([gift.status, gift.body.rc]).toEqual([400, 'DeletedUser']);
    const user = await horde.users.byId(one.id);
    if (!user) throw new Error('the account is missing');
    await expect(horde.accounts.rotateKey(user)).rejects.toMatchObject({ rc: 'DeletedUser' });
    const raise = await horde.call('PUT', `/users/${one.id}`, horde.ownerKey, { moderator: true });
    expect([raise.status, raise.body.rc]).toEqual([403, 'DeletedUser']);
    const both = { moderator: true, undelete: true };
    expect((await horde.call('PUT', `/users/${one.id}`, horde.ownerKey, both)).body).toEqual({
      moderator: true,
      undeleted: true,
    });
  });

  it('is in no list', async () => {
    const list = async () => (await horde.call('GET', '/users?sort=age', undefined)).body;
    const before = await list();
    expect(before).toContainEqual(expect.objectContaining({ id: 1 }));
    await remove(other.id, other.key);
    expect(await list()).toEqual(before);
    // Lists are made anew every ten seconds.
    horde.around.now += 10_000;
    expect(await list()).not.toContainEqual(expect.objectContaining({ id: other.id }));
  });
});
