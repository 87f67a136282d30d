import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dayMs, openAccounts, someTime, type TestAccounts } from '../testing/open-accounts.ts';
import type { InvitePreset } from '#shared/horde/users/invites.ts';
import type { RegistrationInput } from './registration.ts';
import type { User } from './user.ts';

let horde: TestAccounts;
let moderator: User;
const plain: InvitePreset = { roles: [], worker_invited: 0, kudos: 0 };
const hourMs = 60 * 60 * 1000;

beforeAll(async () => {
  horde = await openAccounts();
  moderator = (await horde.addUser(['trusted'], { is_moderator: 1 })).user;
});
afterAll(() => horde.close());

let round = 0;
beforeEach(() => {
  // Two hours later nothing counts towards the limits any more.
  horde.around.now = someTime + (round += 1) * 2 * hourMs;
  Object.assign(horde.around, { mode: 'open', isRaided: false, terms: undefined });
  horde.around.timeouts.clear();
  horde.around.profane.clear();
});

const register = (input: Partial<RegistrationInput> = {}) =>
  horde.registration.register({ username: 'somebody', ip: '10.0.0.1', ...input });
const outcome = async (input: Partial<RegistrationInput> = {}) => {
  try {
    return (await register(input)).user.username;
  } catch (error) {
    if (!(error instanceof Error && 'status' in error && 'rc' in error)) throw error;
    return `${String(error.status)} ${String(error.rc)}`;
  }
};

describe('registration', () => {
  it('makes a pseudonymous account with its floor, whose key is nowhere else', async () => {
    const { user, apiKey, isNew } = await register({ username: '  a   newcomer ' });
    expect(user).toMatchObject({ username: 'a newcomer', isPseudonymous: true, kudosCents: 1400 });
    expect([isNew, apiKey]).toEqual([true, expect.stringMatching(/^[\w-]{22}$/)]);
    const { body } = await horde.call('GET', '/find_user', apiKey);
    expect(body).toMatchObject({
      id: user.id,
      kudos: 14,
      concurrency: 30,
      trusted: false,
      pseudonymous: true,
    });
    expect(JSON.stringify(await horde.db.read.selectFrom('users').selectAll().execute())).not.toContain(
      apiKey,
    );
  });

  it.each([
    ['open', undefined, 'somebody'],
    ['open', 'an unknown code of a link', '403 InviteInvalid'],
    ['invite', undefined, '403 InviteInvalid'],
    ['invite', 'an unknown code of a link', '403 InviteInvalid'],
    ['closed', undefined, '403 RegistrationClosed'],
  ] as const)('when it is %s, with the invite %s: %s', async (mode, invite, verdict) => {
    horde.around.mode = mode;
    expect(await outcome({ invite })).toBe(verdict);
  });

  it('is closed to strangers in a raid, not to people with an identity', async () => {
    horde.around.isRaided = true;
    expect(await outcome()).toBe('403 RegistrationClosed');
    const { user } = await register({ identity: 'oidc:test:raid' });
    expect(user).toMatchObject({ isPseudonymous: false, kudosCents: 2500 });
  });

  it('refuses addresses in timeout', async () => {
    horde.around.timeouts.add('10.0.0.1');
    expect(await outcome()).toBe('403 TimeoutIP');
  });

  it('needs the terms of the day', async () => {
    horde.around.terms = '3';
    for (const acceptedTerms of [undefined, '', '2']) {
      expect(await outcome({ acceptedTerms })).toBe('400 TermsNotAccepted');
    }
    expect((await register({ acceptedTerms: '3' })).user.termsVersion).toBe('3');
  });

  it.each([
    ['a rude name', '400 ProfaneUserName'],
    ['Moderator', '400 BadRequest'],
    ['<b>bold</b>', '400 BadRequest'],
    ['ab', '400 BadRequest'],
  ])('of %j: %s, and no account', async (username, verdict) => {
    horde.around.profane.add('rude');
    const count = async () => (await horde.db.read.selectFrom('users').select('id').execute()).length;
    const before = await count();
    expect(await outcome({ username })).toBe(verdict);
    expect(await count()).toBe(before);
  });

  it('cuts a name of 31 characters and holds that against it', async () => {
    const { user } = await register({ username: 'y'.repeat(31) });
    expect(user.username).toBe('y'.repeat(30));
    const { body } = await horde.call('GET', `/users/${user.id}`, horde.ownerKey);
    expect(body.suspicious).toBe(1);
    const fitting = await register({ username: 'y'.repeat(30) });
    const other = await horde.call('GET', `/users/${fitting.user.id}`, horde.ownerKey);
    expect(other.body.suspicious).toBe(0);
  });

  it('takes five accounts an hour from an address and twenty in all', async () => {
    for (let n = 1; n <= 5; n += 1) expect(await outcome()).toBe('somebody');
    expect(await outcome()).toBe('429 undefined');
    for (let n = 6; n <= 20; n += 1) expect(await outcome({ ip: `10.0.1.${n}` })).toBe('somebody');
    expect(await outcome({ ip: '10.0.2.1' })).toBe('429 undefined');
    const { user } = await horde.registration.create(moderator, { username: 'let in', preset: plain });
    expect(user.username).toBe('let in');
    horde.around.now += hourMs;
    expect(await outcome()).toBe('somebody');
    expect(await horde.accounts.sweep(horde.around.now)).toMatchObject({ forgotten: expect.any(Number) });
    expect(await horde.db.read.selectFrom('horde_registrations').select('ip').execute()).toHaveLength(1);
  });

  it('makes many accounts at the same time, and from one address no more than five', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => outcome()));
    expect(all.toSorted()).toEqual([...Array(3).fill('429 undefined'), ...Array(5).fill('somebody')]);
    const made = await Promise.all(Array.from({ length: 10 }, () => horde.addUser()));
    expect(new Set(made.map(({ id }) => id)).size).toBe(10);
  });

  it('gives a known identity a new key and keeps its account', async () => {
    const first = await register({ identity: 'oidc:test:7' });
    horde.around.mode = 'closed';
    expect(await outcome({ identity: 'oidc:test:8' })).toBe('403 RegistrationClosed');
    const again = await register({ identity: 'oidc:test:7', username: 'another name' });
    expect(again).toMatchObject({ isNew: false, user: { id: first.user.id, username: 'somebody' } });
    expect(await horde.users.authenticate(first.apiKey, { isLocal: true })).toBeUndefined();
    expect(await horde.users.authenticate(again.apiKey, { isLocal: true })).toMatchObject({
      id: first.user.id,
    });
  });
});

describe('invites', () => {
  beforeEach(() => {
    horde.around.mode = 'invite';
  });

  it('are used up, with what they give', async () => {
    const preset: InvitePreset = {
      roles: ['trusted', 'education'],
      worker_invited: 2,
      kudos: 50,
      concurrency: 9,
    };
    const { code } = await horde.registration.invite(horde.owner, { preset, uses: 2 });
    expect(code).toMatch(/^[\w-]{22}$/);
    const { user } = await register({ invite: code });
    expect(user).toMatchObject({
      isTrusted: true,
      isEducation: true,
      isModerator: false,
      workerInvited: 2,
      concurrency: 9,
      kudosCents: 6400,
    });
    expect(await outcome({ invite: code })).toBe('somebody');
    expect(await outcome({ invite: code })).toBe('403 InviteInvalid');
    const stored = JSON.stringify(await horde.db.read.selectFrom('horde_invites').selectAll().execute());
    expect(stored).not.toContain(code);
  });

  it('end after their days, or at once', async () => {
    const { code } = await horde.registration.invite(moderator, { preset: plain });
    const short = await horde.registration.invite(moderator, { preset: plain, days: 1 });
    const revoked = await horde.registration.invite(moderator, { preset: plain });
    await horde.registration.revoke(moderator, revoked.id);
    expect(await outcome({ invite: revoked.code })).toBe('403 InviteInvalid');
    await expect(horde.registration.revoke(moderator, revoked.id)).rejects.toMatchObject({ status: 404 });
    horde.around.now += dayMs;
    expect(await outcome({ invite: short.code })).toBe('403 InviteInvalid');
    horde.around.now += 6 * dayMs - 1;
    expect(await outcome({ invite: code })).toBe('somebody');
  });

  it('are not used up by a registration that fails', async () => {
    const { code } = await horde.registration.invite(moderator, { preset: plain });
    expect(await outcome({ invite: code, username: 'Admin' })).toBe('400 BadRequest');
    expect(await outcome({ invite: code })).toBe('somebody');
  });

  it('are made by staff, and kudos with them by admins', async () => {
    const { user } = await horde.addUser(['trusted']);
    const flagged = await horde.addUser([], { is_moderator: 1, is_flagged: 1 });
    const invite = (actor: User, preset = plain) => horde.registration.invite(actor, { preset });
    await expect(invite(user)).rejects.toMatchObject({ rc: 'NotModerator' });
    await expect(horde.registration.invites(user)).rejects.toMatchObject({ rc: 'NotModerator' });
    await expect(invite(flagged.user)).rejects.toMatchObject({ rc: 'Forbidden' });
    await expect(invite(moderator, { ...plain, kudos: 1 })).rejects.toMatchObject({ rc: 'NotAdmin' });
    const { id } = await invite(moderator);
    const listed = await horde.registration.invites(moderator);
    expect(listed.find((one) => one.id === id)).toMatchObject({ uses_left: 1, preset: plain });
    expect(JSON.stringify(listed)).not.toContain('digest');
    expect(await horde.audits()).toContainEqual({
      actor_id: moderator.id,
      action: 'invite.make',
      invite: id,
      preset: plain,
    });
  });
});

describe('the code to type', () => {
  beforeEach(() => {
    horde.around.mode = 'invite';
  });
  const open = (preset = plain) => horde.registration.openShortCode(horde.owner, preset).code;

  it('lets one person in, however it is typed', async () => {
    const code = open({ ...plain, roles: ['trusted'] });
    expect(code).toMatch(/^[2-9A-Z]{3}-[2-9A-Z]{3}$/);
    const { user } = await register({ invite: ` ${code.toLowerCase().replace('-', ' ')}` });
    expect(user.isTrusted).toBe(true);
    expect(await outcome({ invite: code })).toBe('403 InviteInvalid');
  });

  it('ends after ten minutes, with the page, and with the next code', async () => {
    const late = open();
    horde.around.now += 10 * 60_000;
    expect(await outcome({ invite: late })).toBe('403 InviteInvalid');
    const closed = open();
    horde.registration.closeShortCode();
    expect(await outcome({ invite: closed })).toBe('403 InviteInvalid');
    const before = open();
    open();
    expect(await outcome({ invite: before })).toBe('403 InviteInvalid');
  });

  it('survives a registration that fails', async () => {
    const code = open();
    expect(await outcome({ invite: code, username: 'Admin' })).toBe('400 BadRequest');
    expect(await outcome({ invite: code })).toBe('somebody');
  });

  it('is lost to an address after five wrong tries, and to all after twenty', async () => {
    const code = open();
    const wrong = code === '222-222' ? '333-333' : '222-222';
    for (let n = 0; n < 5; n += 1) await outcome({ invite: wrong });
    expect(await outcome({ invite: code })).toBe('403 InviteInvalid');
    expect(await outcome({ invite: code, ip: '10.0.0.2' })).toBe('somebody');
    const next = open();
    for (let n = 0; n < 20; n += 1) await outcome({ invite: wrong, ip: `10.0.3.${n}` });
    expect(await outcome({ invite: next, ip: '10.0.4.1' })).toBe('403 InviteInvalid');
  });
});

describe('keys', () => {
  it('are replaced by who presents the present one, and nothing else changes', async () => {
    const { id, key, user } = await horde.addUser(['customizer']);
    const next = await horde.accounts.rotateKey(user);
    expect(await horde.users.authenticate(key, { isLocal: true })).toBeUndefined();
    expect(await horde.users.authenticate(next, { isLocal: true })).toEqual(user);
    expect(id).toBe(user.id);
    const anonymous = await horde.users.byId(0);
    if (!anonymous) throw new Error('the anonymous account is missing');
    await expect(horde.accounts.rotateKey(anonymous)).rejects.toMatchObject({ rc: 'AnonForbidden' });
  });

  it('are given to others by the owner alone, and that is told', async () => {
    const { id, key } = await horde.addUser();
    const admin = await horde.addUser([], { is_admin: 1 });
    for (const actor of [admin.user, moderator]) {
      await expect(horde.accounts.reissueKey(actor, id)).rejects.toMatchObject({ rc: 'NotAdmin' });
    }
    const next = await horde.accounts.reissueKey(horde.owner, id);
    expect(await horde.users.authenticate(key, { isLocal: true })).toBeUndefined();
    expect(await horde.users.authenticate(next, { isLocal: true })).toMatchObject({ id });
    expect(await horde.audits()).toContainEqual({ actor_id: 1, action: 'user.key', user: id });
    for (const nobody of [0, 99_999]) {
      await expect(horde.accounts.reissueKey(horde.owner, nobody)).rejects.toMatchObject({ status: 404 });
    }
  });

  it('never come twice and are 22 characters of base64url', async () => {
    const drawn = new Set(Array.from({ length: 10_000 }, () => horde.users.drawKey().apiKey));
    expect(drawn.size).toBe(10_000);
    for (const key of drawn) expect(key).toMatch(/^[\w-]{22}$/);
  });
});
