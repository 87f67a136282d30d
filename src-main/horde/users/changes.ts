import type { Updateable } from 'kysely';
import type { UsersTable } from '#main/db/tables/horde-accounts.ts';
import { type Query, rows, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { fieldsOf, refuseFields, refuseTarget, roleFields } from '#shared/horde/users/rights.ts';
import {
  concurrencyAfter,
  isReservedName,
  refuseLongUsername,
  textOf,
  usernameOf,
} from '#shared/horde/users/rules.ts';
import type { ModifyUser, ModifyUserInput } from '#shared/horde/users/schema.ts';
import { audit } from './audit.ts';
import type { AccountPorts } from './ports.ts';
import { findUser, type User } from './user.ts';

const bad = (rc: string, message: string) => new ProblemError(400, rc, message);
const bit = (flag: boolean): number => (flag ? 1 : 0);

export interface UserChange {
  readonly input: ModifyUserInput;
  readonly actorId: number;
  /** Undefined for an id that is none. */
  readonly targetId: number | undefined;
  /** Drawn before, in case one is asked for: units repeat, draws do not. */
  readonly passkey: { readonly plain: string; readonly digest: string };
  /** Unique for the movements of kudos that it brings about. */
  readonly id: string;
  readonly now: number;
}

/** A change that was made. */
export interface UserChanged {
  readonly userId: number;
  readonly answer: ModifyUser;
}

/**
 * Changes an account, all of it or nothing (`accounts-and-safety.md` 2.4, `decisions.md` 29). Rights are
 * read inside the unit, so that nobody acts on a role that was taken a moment ago.
 * @throws ProblemError of `api.md` 5.6
 */
export function* changeUser(query: Query, change: UserChange, ports: AccountPorts): Work<UserChanged> {
  const { input, now } = change;
  const fields = fieldsOf(input);
  const actor = yield* mustFind(
    query,
    change.actorId,
    () => new ProblemError(401, 'InvalidAPIKey', 'The account is gone.'),
  );
  refuseFields(fields, actor);
  const target = yield* mustFind(query, change.targetId, userNotFound);
  refuseTarget(input, actor, target);
  if (fields.length === 0) throw bad('NoUserModSelected', 'Nothing to change was sent.');
  const texts = yield* textsOf(query, input, actor, ports);
  if (input.undelete === true && !target.isDeleted) {
    throw bad('UserNotDeleted', 'This account is not being deleted.');
  }
  const columns = target.isAnonymous ? anonymousColumns(input) : columnsOf(input, target, texts, change);
  if (Object.keys(columns).length > 0) {
    yield* run(query.updateTable('users').set(columns).where('id', '=', target.id));
  }
  if (!target.isAnonymous) yield* moveKudos(query, input, target.id, change, ports.kudos);
  const points = input.reset_suspicion === true ? yield* ports.suspicion.reset(query, target.id) : undefined;
  const changed = yield* mustFind(query, target.id, userNotFound);
  const answer = answerOf(input, changed, points, change);
  yield* auditChange(query, { actor, target, changed, input, now });
  return { userId: target.id, answer };
}

function* mustFind(query: Query, id: number | undefined, refusal: () => ProblemError): Work<User> {
  const found = id === undefined ? undefined : yield* findUser(query, id);
  if (!found) throw refusal();
  return found;
}

export function userNotFound(): ProblemError {
  return new ProblemError(404, 'UserNotFound', 'There is no such account.');
}

type Texts = Partial<Record<'admin_comment' | 'username' | 'contact', string>>;

/** The texts of a change as they are stored. @throws ProblemError 400 `Profane…` · `TooLongUserName` · `BadRequest` */
function* textsOf(query: Query, input: ModifyUserInput, actor: User, ports: AccountPorts): Work<Texts> {
  const texts: Texts = {};
  if (input.admin_comment !== undefined) {
    texts.admin_comment = textOf('admin_comment', input.admin_comment);
    if (ports.isProfane(texts.admin_comment)) throw bad('ProfaneAdminComment', 'The comment is profane.');
  }
  if (input.username !== undefined) {
    texts.username = usernameOf(input.username);
    if (ports.isProfane(texts.username)) throw bad('ProfaneUserName', 'The name is profane.');
    refuseLongUsername(texts.username);
    if (!actor.isModerator) yield* refuseStaffName(query, texts.username);
  }
  if (input.contact !== undefined) {
    texts.contact = textOf('contact', input.contact);
    if (ports.isProfane(texts.contact)) throw bad('ProfaneUserContact', 'The contact is profane.');
  }
  return texts;
}

/**
 * Nobody passes for staff (ACC-44).
 * @throws ProblemError 400 `BadRequest`
 */
export function* refuseStaffName(query: Query, name: string): Work<void> {
  const staff = yield* rows(
    query
      .selectFrom('users')
      .select('username')
      .where((e) => e.or([e('is_moderator', '=', 1), e('is_admin', '=', 1)])),
  );
  const names = staff.map(({ username }) => username);
  if (isReservedName(name, names)) throw bad('BadRequest', 'This name is kept for the staff of this horde.');
}

type Columns = Updateable<UsersTable>;

function anonymousColumns(input: ModifyUserInput): Columns {
  return input.concurrency === undefined ? {} : { concurrency: input.concurrency };
}

function columnsOf(input: ModifyUserInput, target: User, texts: Texts, { passkey }: UserChange): Columns {
  const columns: Columns = { ...texts };
  for (const role of roleFields) {
    const value = input[role];
    // Trust comes with what it brings, by `grantTrust`.
    if (value !== undefined && !(role === 'trusted' && value)) columns[`is_${role}`] = bit(value);
  }
  if (input.education !== undefined) {
    columns.concurrency = concurrencyAfter(input.education, target.concurrency);
  }
  if (input.concurrency !== undefined) columns.concurrency = input.concurrency;
  if (input.worker_invited !== undefined) columns.worker_invited = input.worker_invited;
  if (input.public_workers !== undefined) columns.public_workers = bit(input.public_workers);
  if (input.usage_multiplier !== undefined) {
    columns.usage_permille = Math.round(input.usage_multiplier * 1000);
  }
  if (input.generate_proxy_passkey === true) columns.passkey_digest = passkey.digest;
  if (input.undelete === true) columns.deleted_at = null;
  return columns;
}

function* moveKudos(
  query: Query,
  input: ModifyUserInput,
  userId: number,
  { id, now }: UserChange,
  kudos: AccountPorts['kudos'],
): Work<void> {
  const cents = Math.trunc(input.kudos ?? 0) * 100;
  const monthly = (input.monthly_kudos ?? 0) * 100;
  if (cents !== 0) yield* kudos.changeKudos(query, { id, userId, cents, now });
  if (monthly !== 0) yield* kudos.changeMonthlyKudos(query, { id, userId, cents: monthly, now });
  if (input.trusted === true || input.moderator === true) yield* kudos.grantTrust(query, { userId, now });
}

/** Only what was asked for, as it is now (`ModifyUser`). */
function answerOf(
  input: ModifyUserInput,
  user: User,
  points: number | undefined,
  { passkey }: UserChange,
): ModifyUser {
  const now: ModifyUser = {
    new_kudos: user.kudosCents / 100,
    monthly_kudos: Math.trunc(user.monthlyCents / 100),
    usage_multiplier: user.usageMultiplier,
    moderator: user.isModerator,
    concurrency: user.concurrency,
    worker_invited: user.workerInvited,
    trusted: user.isTrusted,
    flagged: user.isFlagged,
    customizer: user.isCustomizer,
    vpn: user.isVpn,
    service: user.isService,
    education: user.isEducation,
    special: user.isSpecial,
    new_suspicion: points ?? 0,
    public_workers: user.hasPublicWorkers,
    username: user.username,
    proxy_passkey: passkey.plain,
    undeleted: true,
    ...(user.adminComment === undefined ? {} : { admin_comment: user.adminComment }),
    ...(user.contact === undefined ? {} : { contact: user.contact }),
  };
  const asked = new Set<string>(fieldsOf(input).map((field) => answerKeys[field] ?? field));
  if (input.education !== undefined) asked.add('concurrency');
  return Object.fromEntries(Object.entries(now).filter(([key]) => asked.has(key)));
}

const answerKeys: Partial<Record<string, keyof ModifyUser>> = {
  kudos: 'new_kudos',
  reset_suspicion: 'new_suspicion',
  generate_proxy_passkey: 'proxy_passkey',
  undelete: 'undeleted',
};

/** Personal and secret texts are told to be changed, and no more. */
const untold: ReadonlySet<string> = new Set(['contact']);

function* auditChange(
  query: Query,
  change: { actor: User; target: User; changed: User; input: ModifyUserInput; now: number },
): Work<void> {
  const { actor, target, changed, input } = change;
  if (actor.id === target.id && !actor.isModerator) return;
  const [before, after] = [storedValues(target), storedValues(changed)];
  const values = fieldsOf(input).map((field) => [
    field,
    untold.has(field) || !(field in after) ? true : [before[field] ?? null, after[field] ?? null],
  ]);
  const detail = { user: target.id, changes: Object.fromEntries(values) };
  yield* audit(query, { actorId: actor.id, action: 'user.change', detail, now: change.now });
}

function storedValues(user: User): Readonly<Record<string, unknown>> {
  return {
    kudos: user.kudosCents / 100,
    monthly_kudos: user.monthlyCents / 100,
    usage_multiplier: user.usageMultiplier,
    moderator: user.isModerator,
    concurrency: user.concurrency,
    worker_invited: user.workerInvited,
    trusted: user.isTrusted,
    flagged: user.isFlagged,
    customizer: user.isCustomizer,
    vpn: user.isVpn,
    service: user.isService,
    education: user.isEducation,
    special: user.isSpecial,
    admin_comment: user.adminComment,
    public_workers: user.hasPublicWorkers,
    username: user.username,
  };
}
