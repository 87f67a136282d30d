import { Type } from 'typebox';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { Clock } from '#shared/common/clock.ts';
import { keepNewest } from '#shared/common/keep-newest.ts';
import { Problem, ProblemError } from '#shared/common/problem.ts';
import { SimpleResponse } from '#shared/horde/common/answers.ts';
import { userIdOf } from '#shared/horde/users/alias.ts';
import {
  ModifyUser,
  ModifyUserInput,
  UserDetails,
  UserPath,
  UsersQuery,
} from '#shared/horde/users/schema.ts';
import type { AccountsService } from './accounts.ts';
import { apiKeyOf, invalidApiKey, optionalUser, requireAnyUser } from './caller.ts';
import { userNotFound } from './changes.ts';
import { listedDetails, type Privilege, userDetails } from './details.ts';
import type { AccountViews } from './ports.ts';
import type { UsersService } from './service.ts';
import type { User } from './user.ts';

export interface UserRoutesServices extends AccountViews {
  readonly users: UsersService;
  readonly clock: Clock;
  /** The shared key of that id, if it is one that opens something. */
  readonly sharedKeyOf?: (id: string) => Promise<{ ownerId: number; name: string | undefined } | undefined>;
}

const pageSize = 25;
const lastPage = 10_000;
const listLastsMs = 10_000;
/** Pages of the list that are kept. */
const keptPages = 100;

interface View {
  readonly privilege: Privilege;
  readonly isSelf: boolean;
}

const publicView: View = { privilege: 0, isSelf: false };

/** `GET /find_user`, `/users` and `/users/{user_id}` (`api.md` 5.6). */
export function userRoutes(api: AppFastify, services: UserRoutesServices): void {
  const { users } = services;
  const describeOne = createDescriber(services);
  const lists = createLists(services, describeOne);

  api.get(
    '/api/v2/find_user',
    { schema: { operationId: 'get_find_user', response: { 200: UserDetails, 401: Problem, 404: Problem } } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const apiKey = apiKeyOf(request);
      if (apiKey === undefined) throw new ProblemError(401, 'InvalidAPIKey', 'The apikey header is missing.');
      const user = await users.authenticate(apiKey, request);
      if (user) return describeOne(user, { privilege: 1, isSelf: true });
      const shared = await services.sharedKeyOf?.(apiKey);
      const owner = shared && (await users.byId(shared.ownerId));
      if (!owner) throw userNotFound();
      const details = await describeOne(owner, publicView);
      const name = shared.name === undefined ? '' : `: ${shared.name}`;
      return { ...details, username: `${details.username} (Shared Key${name})` };
    },
  );

  api.get(
    '/api/v2/users',
    {
      schema: {
        operationId: 'get_users',
        querystring: UsersQuery,
        response: { 200: Type.Array(UserDetails), 400: Problem },
      },
    },
    async (request) => {
      const page = Math.max(1, Number(request.query.page ?? '1'));
      if (page > lastPage) return [];
      const sort = request.query.sort === 'age' ? 'age' : 'kudos';
      return lists(page, sort);
    },
  );

  api.get(
    '/api/v2/users/:user_id',
    {
      schema: {
        operationId: 'get_user_single',
        params: UserPath,
        response: { 200: UserDetails, 401: Problem, 404: Problem },
      },
    },
    async (request, reply) => {
      const id = userIdOf(request.params.user_id);
      if (id === undefined) throw userNotFound();
      // What a key shows is for its holder alone (VIS-01).
      if (apiKeyOf(request) !== undefined) reply.header('cache-control', 'no-store');
      const caller = await optionalUser(users, request);
      const user = await users.byId(id);
      if (!user) throw userNotFound();
      const isSelf = caller?.id === user.id;
      return describeOne(user, { privilege: caller?.isModerator === true ? 2 : isSelf ? 1 : 0, isSelf });
    },
  );
}

type Sort = 'kudos' | 'age';

/** Pages of the public list; everybody sees the same, so a page is made once in ten seconds (`api.md` 1.9). */
function createLists({ users, clock }: UserRoutesServices, describeOne: Describer) {
  const made = new Map<string, { readonly at: number; readonly list: Promise<UserDetails[]> }>();
  const make = async (page: number, sort: Sort): Promise<UserDetails[]> => {
    const found = await users.list({ page, sort, pageSize });
    const statistics = await users.statistics(found.map((user) => user.id));
    const described = found.map((user) => describeOne(user, publicView, statistics.get(user.id)));
    return (await Promise.all(described)).map((details) => listedDetails(details));
  };
  return (page: number, sort: Sort): Promise<UserDetails[]> => {
    const key = `${sort} ${page}`;
    const last = made.get(key);
    if (last && clock() - last.at < listLastsMs) return last.list;
    const list = make(page, sort);
    made.delete(key);
    made.set(key, { at: clock(), list });
    keepNewest(made, keptPages);
    // A failure is not kept.
    list.catch(() => made.delete(key));
    return list;
  };
}

type Describer = (user: User, view: View, known?: ReadonlyMap<string, number>) => Promise<UserDetails>;

/** Gathers what the features around know of an account, as far as the view shows it. */
function createDescriber(services: UserRoutesServices): Describer {
  const { users } = services;
  return async (user, view, known) => {
    const [isPrivate, isStaff] = [view.privilege > 0, view.privilege === 2];
    return userDetails({
      user,
      statistics: known ?? (await users.statistics([user.id])).get(user.id) ?? new Map<string, number>(),
      work: await services.workOf(user.id, view.isSelf),
      styles: (await services.stylesOf?.(user.id, isPrivate)) ?? [],
      sharedKeyIds: (view.isSelf ? await services.sharedKeyIdsOf?.(user.id) : undefined) ?? [],
      suspicion: (isStaff ? await services.suspicionOf?.(user.id) : undefined) ?? 0,
      escrowCents: isStaff ? await users.escrowCents(user.id) : 0,
      now: services.clock(),
      ...view,
    });
  };
}

export interface AccountRoutesServices {
  readonly users: UsersService;
  readonly accounts: AccountsService;
}

/** `PUT` and `DELETE /users/{user_id}` (`api.md` 5.6). */
export function accountRoutes(api: AppFastify, { users, accounts }: AccountRoutesServices): void {
  const refusals = { 400: Problem, 401: Problem, 403: Problem, 404: Problem };
  api.put(
    '/api/v2/users/:user_id',
    {
      schema: {
        operationId: 'put_user_single',
        params: UserPath,
        body: ModifyUserInput,
        response: { 200: ModifyUser, ...refusals },
      },
    },
    async (request) => {
      const caller = await requireAnyUser(users, request);
      return accounts.change(caller, userIdOf(request.params.user_id), request.body);
    },
  );
  api.delete(
    '/api/v2/users/:user_id',
    {
      schema: {
        operationId: 'delete_user_single',
        params: UserPath,
        response: { 200: SimpleResponse, 401: Problem, 403: Problem, 404: Problem },
      },
    },
    async (request) => {
      // Upstream declares this key optional, so its absence is no fault of the payload (`api.md` Q22).
      const caller = await optionalUser(users, request);
      if (!caller) throw invalidApiKey();
      await accounts.remove(caller, userIdOf(request.params.user_id));
      return { message: 'OK' };
    },
  );
}
