import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anonymousKey, openAccounts, type TestAccounts } from '../testing/open-accounts.ts';
import type { ModifyUserInput } from '#shared/horde/users/schema.ts';

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

/** `ok`, or the return code of the refusal. */
type Verdict = string;
const admins = {
  admin: 'ok',
  moderator: 'NotAdmin',
  self: 'NotAdmin',
  other: 'NotAdmin',
  anonymous: 'NotAdmin',
};
const staff = {
  admin: 'ok',
  moderator: 'ok',
  self: 'NotModerator',
  other: 'NotModerator',
  anonymous: 'NotModerator',
};
const selves = { admin: 'ok', moderator: 'ok', self: 'ok', other: 'NotModerator', anonymous: 'NotModerator' };

/** The permission matrix: `accounts-and-safety.md` 2.5, on an ordinary account. */
const matrix: ReadonlyArray<[ModifyUserInput, object, Record<keyof typeof admins, Verdict>]> = [
  [{ kudos: 10 }, { new_kudos: 24 }, admins],
  [{ monthly_kudos: 5 }, { monthly_kudos: 5 }, admins],
  [{ usage_multiplier: 2.5 }, { usage_multiplier: 2.5 }, admins],
  [{ moderator: true }, { moderator: true }, admins],
  [{ concurrency: 7 }, { concurrency: 7 }, staff],
  [{ worker_invited: 2 }, { worker_invited: 2 }, staff],
  [{ trusted: true }, { trusted: true }, staff],
  [{ flagged: true }, { flagged: true }, staff],
  [{ customizer: true }, { customizer: true }, staff],
  [{ vpn: true }, { vpn: true }, staff],
  [{ service: true }, { service: true }, staff],
  [{ education: true }, { education: true, concurrency: 200 }, staff],
  [{ special: true }, { special: true }, staff],
  [{ reset_suspicion: true }, { new_suspicion: 0 }, staff],
  [{ admin_comment: 'watch this one' }, { admin_comment: 'watch this one' }, staff],
  [{ public_workers: true }, { public_workers: true }, selves],
  [{ username: 'grace hopper' }, { username: 'grace hopper' }, selves],
  [{ contact: 'grace@navy.example' }, { contact: 'grace@navy.example' }, selves],
];

describe('PUT /users/{user_id}: the permission matrix', () => {
  const rows = matrix.flatMap(([input, answer, verdicts]) =>
    Object.entries(verdicts).map(([who, verdict]) => ({
      field: JSON.stringify(input),
      who: who as keyof typeof keys, // the keys of the table above
      verdict,
      input,
      answer,
    })),
  );

  it.each(rows)('$field by $who: $verdict', async ({ who, verdict, input, answer }) => {
    const before = await horde.users.byId(self);
    const { status, body } = await change(self, keys[who], input);
    if (verdict === 'ok') {
      expect({ status, body }).toEqual({ status: 200, body: answer });
    } else {
      expect({ status, rc: body.rc }).toEqual({ status: 403, rc: verdict });
      expect(await horde.users.byId(self)).toEqual(before);
    }
  });

  it.each(['public_workers', 'username', 'contact'])('Anonymous cannot change its own %s', async (field) => {
    const value = field === 'public_workers' ? true : 'somebody';
    const { status, body } = await change(0, keys.anonymous, { [field]: value });
    expect([status, body.rc]).toEqual([403, 'AnonForbiddenUserMod']);
  });

  it('gives passkeys to service accounts alone, by themselves or by staff that is one', async () => {
    const input = { generate_proxy_passkey: true };
    for (const who of ['admin', 'moderator', 'self', 'other', 'anonymous'] as const) {
      const { status, body } = await change(self, keys[who], input);
      expect([who, status, body.rc]).toEqual([who, 403, 'NonServiceForbidden']);
    }
    await change(self, keys.admin, { service: true });
    const { body } = await change(self, keys.self, input);
    expect(body).toEqual({ proxy_passkey: expect.stringMatching(/^[\w-]{22}$/) });
    expect(await horde.users.isPasskey(body.proxy_passkey)).toBe(true);
    const next = await change(self, keys.self, input);
    expect(await horde.users.isPasskey(body.proxy_passkey)).toBe(false);
    expect(await horde.users.isPasskey(next.body.proxy_passkey)).toBe(true);
    await change(self, keys.admin, { flagged: true });
    expect(await horde.users.isPasskey(next.body.proxy_passkey)).toBe(false);
    expect(JSON.stringify(await horde.db.read.selectFrom('users').selectAll().execute())).not.toContain(
      next.body.proxy_passkey,
    );
  });
});

describe('staff among themselves (ROL-10)', () => {
  const roles = ['trusted', 'flagged', 'customizer', 'vpn', 'service', 'education', 'special'] as const;

  it.each(roles)('a moderator cannot change their own %s', async (role) => {
    const id = (await horde.users.authenticate(keys.moderator, { isLocal: true }))?.id ?? -1;
    for (const value of [true, false]) {
      const { status, body } = await change(id, keys.moderator, { [role]: value });
      expect([status, body.rc]).toEqual([403, 'NotAdmin']);
    }
  });

  it.each(roles)('a moderator cannot change the %s of an admin', async (role) => {
    const admin = await horde.addUser([], { is_admin: 1 });
    const { status, body } = await change(admin.id, keys.moderator, { [role]: true });
    expect([status, body.rc]).toEqual([403, 'NotAdmin']);
    expect((await change(admin.id, keys.admin, { [role]: true })).status).toBe(200);
  });

  it('a moderator cannot flag or un-trust another, but may give them other roles', async () => {
    const other = await horde.addUser(['trusted'], { is_moderator: 1 });
    for (const input of [{ flagged: true }, { trusted: false }]) {
      const { status, body } = await change(other.id, keys.moderator, input);
      expect([status, body.rc]).toEqual([403, 'NotAdmin']);
    }
    expect((await change(other.id, keys.moderator, { customizer: true })).status).toBe(200);
    expect((await change(other.id, keys.admin, { trusted: false })).body).toEqual({ trusted: false });
  });

  it.each([{ moderator: false }, { trusted: false }, { flagged: true }])(
    'nobody does %j to the owner',
    async (input) => {
      const other = await horde.addUser([], { is_admin: 1 });
      for (const key of [keys.admin, other.key]) {
        const { status, body } = await change(1, key, input);
        expect([status, body.rc]).toEqual([403, 'NotAdmin']);
      }
      expect(await horde.users.byId(1)).toMatchObject({ isAdmin: true, isModerator: true, isTrusted: true });
    },
  );

  it('the anonymous account keeps no role, and of the rest only its concurrency changes', async () => {
    for (const role of ['moderator', ...roles]) {
      const { status, body } = await change(0, keys.admin, { [role]: true });
      expect({ status, body }).toEqual({ status: 200, body: expect.objectContaining({ [role]: false }) });
    }
    for (const input of [
      { kudos: 1 },
      { username: 'somebody' },
      { worker_invited: 1 },
      { admin_comment: 'hello' },
    ]) {
      const { status, body } = await change(0, keys.admin, input);
      expect([input, status, body.rc]).toEqual([input, 403, 'AnonForbiddenUserMod']);
    }
    expect((await change(0, keys.moderator, { concurrency: 40 })).body).toEqual({ concurrency: 40 });
    expect(await horde.users.byId(0)).toMatchObject({
      isModerator: false,
      isTrusted: false,
      isEducation: false,
      concurrency: 40,
      kudosCents: 0,
    });
  });
});

describe('whatever people without rights try', () => {
  const roles = [
    'moderator',
    'trusted',
    'flagged',
    'customizer',
    'vpn',
    'service',
    'education',
    'special',
  ] as const;
  const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    ...Object.fromEntries(roles.map((role) => [role, fc.boolean()])),
    kudos: fc.integer({ min: -100, max: 100 }),
    monthly_kudos: fc.integer({ min: -100, max: 100 }),
    concurrency: fc.integer({ min: 0, max: 500 }),
    worker_invited: fc.integer({ min: 0, max: 9 }),
    username: fc.constantFrom('ada', 'grace', 'Admin', 'Owner'),
    public_workers: fc.boolean(),
    generate_proxy_passkey: fc.constant(true),
    undelete: fc.constant(true),
    reset_suspicion: fc.constant(true),
  };
  const oneField = fc.oneof(...Object.entries(values).map(([field, value]) => fc.record({ [field]: value })));
  const anyCall = fc.record({
    actor: fc.nat({ max: 4 }),
    target: fc.option(fc.nat({ max: 5 }), { nil: 'self' as const, freq: 1 }),
    // A call that asks for everything is refused for anything: most ask for little.
    change: fc.oneof(
      { weight: 8, arbitrary: oneField },
      { weight: 1, arbitrary: fc.tuple(oneField, oneField).map(([one, two]) => ({ ...one, ...two })) },
      { weight: 1, arbitrary: fc.constant('delete' as const) },
    ),
  });
  const rolesOf = async (ids: readonly number[]) => {
    const found = await horde.users.byIds(ids);
    return ids.map((id) => {
      const user = found.get(id);
      return { admin: user?.isAdmin, moderator: user?.isModerator, kudos: user?.kudosCents };
    });
  };
  const ownRoles = async (id: number) => {
    const user = await horde.users.byId(id);
    if (!user) throw new Error('the account is missing');
    const { isTrusted, isCustomizer, isVpn, isService, isEducation, isSpecial, concurrency } = user;
    return { isTrusted, isCustomizer, isVpn, isService, isEducation, isSpecial, concurrency };
  };

  it('no sequence of calls makes staff, moves kudos, or gives the callers what they may not set', async () => {
    let permitted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyCall, { minLength: 10, maxLength: 25 }), async (calls) => {
        const people = [
          await horde.addUser(),
          await horde.addUser(['service']),
          await horde.addUser(['trusted']),
        ];
        const moderators = [
          await horde.addUser(['trusted'], { is_moderator: 1 }),
          await horde.addUser(['trusted', 'service'], { is_moderator: 1 }),
        ];
        const everyone = [...people, ...moderators];
        const ids = [...everyone.map(({ id }) => id), 1];
        const before = await rolesOf(ids);
        for (const { actor, target, change: asked } of calls) {
          const who = everyone[actor];
          if (!who) throw new Error('there is no such actor');
          const id = target === 'self' ? who.id : (ids[target] ?? 0);
          const own = await ownRoles(who.id);
          const answer =
            asked === 'delete'
              ? await horde.call('DELETE', `/users/${id}`, who.key)
              : await change(id, who.key, asked);
          expect([200, 400, 403]).toContain(answer.status);
          if (answer.status === 200) permitted += 1;
          // A moderator's own concurrency is not a role, and moderators set concurrencies.
          const { concurrency, ...left } = await ownRoles(who.id);
          const { concurrency: had, ...right } = own;
          expect(left).toEqual(right);
          if (actor < people.length) expect(concurrency).toBe(had);
        }
        expect(await rolesOf(ids)).toEqual(before);
      }),
      { numRuns: 15 },
    );
    expect(permitted).toBeGreaterThan(20);
  });
});
