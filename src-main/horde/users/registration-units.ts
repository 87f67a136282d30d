import { type Query, row, run, type Work } from '#main/db/work.ts';
import { openKudosAccount } from '#main/horde/kudos/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { floorCents, openingCents } from '#shared/horde/kudos/accounts.ts';
import { invitedRoles, type InvitePreset } from '#shared/horde/users/invites.ts';
import { deletedUser } from '#shared/horde/users/rights.ts';
import { concurrencyAfter, defaultConcurrency } from '#shared/horde/users/rules.ts';
import { registrationWindowMs } from './accounts.ts';
import { audit } from './audit.ts';
import { refuseStaffName } from './changes.ts';
import { redeemInvite } from './invites.ts';
import type { RegistrationPorts } from './registration.ts';
import { findUser, type User } from './user.ts';

/** An account that is about to be made. */
export interface NewUser {
  readonly name: string;
  /** The typed name was longer. */
  readonly isCut: boolean;
  readonly identity: string;
  readonly via: 'open' | 'invite' | 'oidc' | 'moderator';
  readonly digest: string;
  readonly terms: string | undefined;
  /** Undefined where staff makes the account: limits are for strangers. */
  readonly ip: string | undefined;
  readonly inviteDigest: string | undefined;
  readonly preset: InvitePreset;
  /** Who let it in by hand. */
  readonly actorId: number | undefined;
  /** Unique for the movement of its starting kudos. */
  readonly kudosId: string;
  readonly now: number;
}

/** Accounts made in an hour, by an address and in all (ACC-25). */
const limits = { address: 5, all: 20 };

/**
 * Makes an account: limits, invite, row, kudos, or nothing of it.
 * @throws ProblemError 429 · 403 `InviteInvalid` · 400 `BadRequest`
 */
export function* insertUser(query: Query, made: NewUser, ports: RegistrationPorts): Work<User> {
  const { now } = made;
  if (made.ip !== undefined) yield* refuseTooMany(query, made.ip, now);
  if (made.via !== 'moderator') yield* refuseStaffName(query, made.name);
  const preset =
    made.inviteDigest === undefined ? made.preset : yield* redeemInvite(query, made.inviteDigest, now);
  const id = yield* nextId(query);
  yield* run(query.insertInto('users').values({ id, ...columnsOf(made, preset) }));
  yield* openKudosAccount(query, {
    userId: id,
    floorCents: floorCents(made.identity),
    startCents: openingCents(made.identity),
    now,
  });
  if (made.ip !== undefined) {
    yield* run(query.insertInto('horde_registrations').values({ user_id: id, created: now, ip: made.ip }));
  }
  if (preset.kudos > 0) {
    yield* ports.kudos.changeKudos(query, { userId: id, cents: preset.kudos * 100, id: made.kudosId, now });
  }
  if (made.isCut) yield* ports.suspicion.reportLongName(query, { userId: id, now });
  if (made.actorId !== undefined) {
    const detail = { user: id, preset };
    yield* audit(query, { actorId: made.actorId, action: 'user.make', detail, now });
  }
  const user = yield* findUser(query, id);
  if (!user) throw new Error('the account was not stored');
  return user;
}

function* refuseTooMany(query: Query, ip: string, now: number): Work<void> {
  const recent = query
    .selectFrom('horde_registrations')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('created', '>', now - registrationWindowMs);
  const all = yield* row(recent);
  const here = yield* row(recent.where('ip', '=', ip));
  if (Number(all?.n ?? 0) < limits.all && Number(here?.n ?? 0) < limits.address) return;
  throw new ProblemError(429, undefined, 'Too many accounts were made in the last hour. Try again later.');
}

/** Ids are given by hand, since accounts 0 and 1 were; tombstones keep theirs from being used again. */
function* nextId(query: Query): Work<number> {
  const last = yield* row(query.selectFrom('users').select((e) => e.fn.max('id').as('id')));
  return Number(last?.id ?? 0) + 1;
}

function columnsOf(made: NewUser, preset: InvitePreset) {
  const has = (role: (typeof invitedRoles)[number]): number => (preset.roles.includes(role) ? 1 : 0);
  return {
    username: made.name,
    oauth_id: made.identity,
    key_digest: made.digest,
    key_rotated_at: made.now,
    created: made.now,
    last_active: made.now,
    contact: null,
    admin_comment: null,
    concurrency: preset.concurrency ?? concurrencyAfter(has('education') === 1, defaultConcurrency),
    worker_invited: preset.worker_invited,
    public_workers: 0,
    is_admin: 0,
    is_moderator: 0,
    is_flagged: 0,
    is_trusted: has('trusted'),
    is_customizer: has('customizer'),
    is_vpn: has('vpn'),
    is_service: has('service'),
    is_education: has('education'),
    is_special: has('special'),
    terms_version: made.terms ?? null,
    terms_accepted_at: made.terms === undefined ? null : made.now,
    deleted_at: null,
    registered_via: made.via,
  };
}

/**
 * A new key for the account of an identity, if it has one.
 * @throws ProblemError 403 `DeletedUser`
 */
export function* renewIdentity(
  query: Query,
  identity: string,
  digest: string,
  now: number,
): Work<User | undefined> {
  const found = yield* row(query.selectFrom('users').select('id').where('oauth_id', '=', identity));
  const user = found && (yield* findUser(query, found.id));
  if (!user) return undefined;
  if (user.isDeleted) throw deletedUser();
  const key = { key_digest: digest, key_rotated_at: now };
  yield* run(query.updateTable('users').set(key).where('id', '=', user.id));
  return user;
}
