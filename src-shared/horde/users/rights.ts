import { ProblemError } from '../../common/problem.ts';
import type { ModifyUserInput } from './schema.ts';

/** Who may change a field of an account at least (`accounts-and-safety.md` 2.5). */
export type UserTier = 'admin' | 'moderator' | 'self';
export type UserField = Exclude<keyof ModifyUserInput, 'filtered'>;

/** The permission matrix, in the order in which fields are refused. */
export const tierOfField = {
  kudos: 'admin',
  monthly_kudos: 'admin',
  usage_multiplier: 'admin',
  moderator: 'admin',
  concurrency: 'moderator',
  worker_invited: 'moderator',
  trusted: 'moderator',
  flagged: 'moderator',
  customizer: 'moderator',
  vpn: 'moderator',
  service: 'moderator',
  education: 'moderator',
  special: 'moderator',
  reset_suspicion: 'moderator',
  admin_comment: 'moderator',
  public_workers: 'self',
  username: 'self',
  contact: 'self',
  generate_proxy_passkey: 'self',
  undelete: 'self',
} as const satisfies Record<UserField, UserTier>;

export const roleFields = [
  'moderator',
  'trusted',
  'flagged',
  'customizer',
  'vpn',
  'service',
  'education',
  'special',
] as const satisfies readonly UserField[];

/** These act on `true` alone (PRM-02). */
const actionFields: ReadonlySet<UserField> = new Set<UserField>([
  'reset_suspicion',
  'generate_proxy_passkey',
  'undelete',
]);
const roleSet: ReadonlySet<UserField> = new Set<UserField>(roleFields);
const ownerId = 1;

/** An account as the permission rules see it. */
export interface Standing {
  readonly id: number;
  readonly isAnonymous: boolean;
  readonly isAdmin: boolean;
  /** Admins are moderators. */
  readonly isModerator: boolean;
  readonly isService: boolean;
  readonly isDeleted: boolean;
}

const forbidden = (rc: string, message: string) => new ProblemError(403, rc, message);

/** The fields of a change that ask for something. */
export function fieldsOf(input: ModifyUserInput): UserField[] {
  // The keys of the matrix, as its type says.
  const all = Object.keys(tierOfField) as UserField[];
  return all.filter(
    (field) => input[field] !== undefined && (input[field] === true || !actionFields.has(field)),
  );
}

/**
 * The rights that a change needs whoever it is about, so that nobody learns from it which accounts exist.
 * @throws ProblemError 403 `DeletedUser` · `NotAdmin` · `NotModerator`
 */
export function refuseFields(fields: readonly UserField[], actor: Standing): void {
  if (actor.isDeleted && fields.some((field) => field !== 'undelete')) throw deletedUser();
  for (const field of fields) {
    const tier = tierOfField[field];
    if (tier === 'admin' && !actor.isAdmin) throw forbidden('NotAdmin', `Only admins may change '${field}'.`);
    if (tier === 'moderator' && !actor.isModerator) {
      throw forbidden('NotModerator', `Only moderators may change '${field}'.`);
    }
  }
}

/**
 * The right to change these fields of this account.
 * @throws ProblemError 403 `NotAdmin` · `NotModerator` · `AnonForbiddenUserMod` · `NonServiceForbidden` · `DeletedUser`
 */
export function refuseTarget(input: ModifyUserInput, actor: Standing, target: Standing): void {
  for (const field of fieldsOf(input)) {
    if (tierOfField[field] === 'self') refuseSelfField(field, actor, target);
    if (target.isAnonymous) refuseOnAnonymous(field);
    if (roleSet.has(field)) refuseRole(field, input, actor, target);
  }
}

function refuseSelfField(field: UserField, actor: Standing, target: Standing): void {
  const isAllowed = actor.id === target.id || actor.isModerator;
  if (field === 'generate_proxy_passkey') {
    if (isAllowed && actor.isService) return;
    throw forbidden('NonServiceForbidden', 'Only service accounts have a passkey.');
  }
  if (!isAllowed) throw forbidden('NotModerator', `Only moderators may change '${field}' of others.`);
  if (actor.isAnonymous && field !== 'undelete') {
    throw forbidden('AnonForbiddenUserMod', 'The anonymous account cannot be edited.');
  }
}

/** Of the anonymous account only the concurrency changes; setters of roles do nothing (ACC-03). */
function refuseOnAnonymous(field: UserField): void {
  if (field === 'concurrency' || field === 'reset_suspicion' || field === 'undelete') return;
  if (roleSet.has(field)) return;
  throw forbidden('AnonForbiddenUserMod', 'The anonymous account cannot be edited.');
}

/** Roles of staff (ROL-10) and of the owner (ACC-02). */
function refuseRole(field: UserField, input: ModifyUserInput, actor: Standing, target: Standing): void {
  if (target.id === ownerId && isDemotion(field, input)) {
    throw forbidden('NotAdmin', "The owner's account keeps its rights.");
  }
  if (field === 'moderator' && input.moderator === true && target.isDeleted && input.undelete !== true) {
    throw forbidden('DeletedUser', 'This account is being deleted.');
  }
  if (actor.isAdmin) return;
  if (target.isAdmin) throw forbidden('NotAdmin', 'Only admins may change the roles of an admin.');
  if (target.id === actor.id) throw forbidden('NotAdmin', 'Moderators cannot change their own roles.');
  if (target.isModerator && isDemotion(field, input)) {
    throw forbidden('NotAdmin', 'Only admins may act against a moderator.');
  }
}

function isDemotion(field: UserField, input: ModifyUserInput): boolean {
  switch (field) {
    case 'moderator':
    case 'trusted':
      return input[field] === false;
    case 'flagged':
      return input.flagged === true;
    default:
      return false;
  }
}

/**
 * The right to delete an account; a second time, to wipe it (ACC-51).
 * @throws ProblemError 403 `AnonForbiddenUser` · `CannotDeleteMod` · `NotUserOrMod`
 */
export function refuseDeletion(actor: Standing, target: Standing): void {
  if (actor.isAnonymous || target.isAnonymous) {
    throw forbidden('AnonForbiddenUser', 'The anonymous account cannot be deleted.');
  }
  if (target.isModerator) {
    throw forbidden('CannotDeleteMod', 'A moderator has to be demoted before the account can be deleted.');
  }
  if (actor.id !== target.id && !actor.isModerator) {
    throw forbidden('NotUserOrMod', 'Only the account itself and moderators may delete it.');
  }
}

export function deletedUser(): ProblemError {
  return forbidden(
    'DeletedUser',
    'This account is being deleted. It may look, be restored or be deleted again.',
  );
}
