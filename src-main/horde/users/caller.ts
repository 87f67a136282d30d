import { ProblemError } from '#shared/common/problem.ts';
import { deletedUser } from '#shared/horde/users/rights.ts';
import type { UsersService } from './service.ts';
import type { User } from './user.ts';

/** What the checks of a caller read of an HTTP request. */
export interface CallerRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The caller runs on this computer: set by the horde listener. */
  readonly isLocal: boolean;
}

/** The `apikey` header, or undefined when it is not sent. Nothing else is ever read as a key. */
export function apiKeyOf(request: CallerRequest): string | undefined {
  const header = request.headers['apikey'];
  return typeof header === 'string' ? header : undefined;
}

/** @throws ProblemError 400 with `errors.apikey` where the header is required and absent (`api.md` 1.2) */
export function requireApiKey(request: CallerRequest): string {
  const apiKey = apiKeyOf(request);
  if (apiKey !== undefined) return apiKey;
  throw new ProblemError(400, undefined, 'Input payload validation failed', {
    errors: { apikey: 'The API key of an account. Missing required parameter in the HTTP headers' },
  });
}

/**
 * The account of a caller on an operation that needs a key. An account that is being deleted may do
 * nothing (ACC-55).
 * @throws ProblemError 400 without the header, 401 `InvalidAPIKey`, 403 `DeletedUser`
 */
export async function requireUser(users: UsersService, request: CallerRequest): Promise<User> {
  const user = await requireAnyUser(users, request);
  if (user.isDeleted) throw deletedUser();
  return user;
}

/**
 * The account of a caller, even of one that is being deleted: for what such an account may still do, and
 * for running jobs, which end as usual.
 * @throws ProblemError 400 without the header, 401 `InvalidAPIKey`
 */
export async function requireAnyUser(users: UsersService, request: CallerRequest): Promise<User> {
  const user = await users.authenticate(requireApiKey(request), request);
  if (!user) throw invalidApiKey();
  return user;
}

/**
 * The account of a caller where a key is optional; undefined without one.
 * @throws ProblemError 401 `InvalidAPIKey` for a key that opens nothing
 */
export async function optionalUser(users: UsersService, request: CallerRequest): Promise<User | undefined> {
  return apiKeyOf(request) === undefined ? undefined : requireAnyUser(users, request);
}

export function invalidApiKey(): ProblemError {
  return new ProblemError(401, 'InvalidAPIKey', 'No account was found for this API key.');
}
