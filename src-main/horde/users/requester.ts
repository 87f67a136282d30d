import { isIP } from 'node:net';
import { ProblemError } from '#shared/common/problem.ts';
import { deletedUser } from '#shared/horde/users/rights.ts';
import { type CallerRequest, invalidApiKey, requireApiKey, requireUser } from './caller.ts';
import type { UsersService } from './service.ts';
import type { User } from './user.ts';

/** A shared key as whoever asks with it sees it. */
export interface OpenedSharedKey {
  readonly id: string;
  /** Who pays, or the anonymous account where an empty key was let through. */
  readonly user: User;
}

/** How a shared key becomes an account (`accounts-and-safety.md` 6.1). */
export interface SharedKeyDoor {
  /**
   * @returns undefined for a text that is no shared key of anybody
   * @throws ProblemError 403 `SharedKeyEmpty` · `SharedKeyExpired` · `SharedKeyAssignedStyles`
   */
  enter(
    apiKey: string,
    how: { readonly mayDowngrade: boolean; readonly isLocal: boolean },
  ): Promise<OpenedSharedKey | undefined>;
}

/** What is read of an HTTP request that asks for work. */
export interface RequesterRequest extends CallerRequest {
  readonly ip: string;
}

/** Who asks for pictures or texts. */
export interface Requester {
  /** Who pays and whose priority counts. */
  readonly user: User;
  /** The shared key that was used, to be charged with each debit of `user`. */
  readonly sharedKeyId: string | undefined;
  /** Whom a service account asks for: a label, no right (ACC-60). */
  readonly proxiedAccount: string | undefined;
  /** Address that limits and timeouts look at: the one that a known proxy names, else the socket's. */
  readonly ip: string;
  readonly isProxied: boolean;
}

export interface RequesterInput {
  readonly proxiedAccount?: string | undefined;
  readonly mayDowngrade?: boolean | undefined;
}

/** Whether an account has accepted the terms that it has to (DOC-03). */
export interface TermsGate {
  /** @throws ProblemError 403 `TermsNotAccepted` */
  refuseUnaccepted(user: User): Promise<void>;
}

export interface RequesterServices {
  readonly users: UsersService;
  readonly sharedKeys: SharedKeyDoor;
  /** Without it nobody has to accept anything. */
  readonly terms?: TermsGate;
}

/**
 * The account of a caller who generates or works here.
 * @throws ProblemError as `requireUser`, and 403 `TermsNotAccepted`
 */
export async function requireAcceptingUser(
  { users, terms }: Pick<RequesterServices, 'users' | 'terms'>,
  request: RequesterRequest,
): Promise<User> {
  const user = await requireUser(users, request);
  await terms?.refuseUnaccepted(user);
  return user;
}

/**
 * The caller of an operation of kind key/shared (`queue.md` 1.3, step 5).
 * @throws ProblemError 400 without a key or `OnlyServiceAccountProxy` · 401 `InvalidAPIKey` · 403 `DeletedUser` ·
 *   `TermsNotAccepted` and what `SharedKeyDoor` says
 */
export async function requireRequester(
  services: RequesterServices,
  request: RequesterRequest,
  input: RequesterInput = {},
): Promise<Requester> {
  const { isLocal } = request;
  const apiKey = requireApiKey(request);
  const account = await services.users.authenticate(apiKey, { isLocal });
  const mayDowngrade = input.mayDowngrade ?? false;
  const shared = account ? undefined : await services.sharedKeys.enter(apiKey, { mayDowngrade, isLocal });
  const user = account ?? shared?.user;
  if (!user) throw invalidApiKey();
  if (input.proxiedAccount !== undefined && !user.isService) {
    throw new ProblemError(400, 'OnlyServiceAccountProxy', 'Only service accounts may ask for others.');
  }
  if (user.isDeleted) throw deletedUser();
  await services.terms?.refuseUnaccepted(user);
  return {
    user,
    sharedKeyId: shared?.id,
    proxiedAccount: input.proxiedAccount,
    ...(await addressOf(services.users, request)),
  };
}

/**
 * The address that a caller is judged by. A proxy with the passkey of a service account names another one;
 * without that, or with something that is no address, the socket's counts (ACC-62, ACC-63).
 */
export async function addressOf(
  users: Pick<UsersService, 'isPasskey'>,
  request: RequesterRequest,
): Promise<{ ip: string; isProxied: boolean }> {
  const own = { ip: request.ip, isProxied: false };
  const [passkey, address] = [request.headers['proxy-authorization'], request.headers['proxied-for']];
  if (typeof passkey !== 'string' || typeof address !== 'string' || isIP(address.trim()) === 0) return own;
  return (await users.isPasskey(passkey)) ? { ip: address.trim(), isProxied: true } : own;
}
