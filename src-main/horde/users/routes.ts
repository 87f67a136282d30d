import { Type } from 'typebox';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { Clock } from '#shared/common/clock.ts';
import { Problem, ProblemError } from '#shared/common/problem.ts';
import { UserDetails, UserPath, UsersQuery } from '#shared/horde/users/schema.ts';
import { apiKeyOf, optionalUser } from './caller.ts';
import { type Privilege, userDetails, type UserWork } from './details.ts';
import type { UsersService } from './service.ts';
import type { User } from './user.ts';

export interface UserRoutesServices {
  readonly users: UsersService;
  readonly clock: Clock;
  /** Workers of an account, and its unfinished requests where the account itself asks. */
  readonly workOf: (userId: number, isSelf: boolean) => Promise<UserWork>;
}

const pageSize = 25;
const lastPage = 10_000;

/** `GET /find_user`, `/users` and `/users/{user_id}` (`api.md` 5.6). */
export function userRoutes(api: AppFastify, services: UserRoutesServices): void {
  const { users } = services;
  const describe = async (
    found: readonly User[],
    viewOf: (user: User) => { privilege: Privilege; isSelf: boolean },
  ): Promise<UserDetails[]> => {
    const statistics = await users.statistics(found.map((user) => user.id));
    const now = services.clock();
    return Promise.all(
      found.map(async (user) =>
        userDetails({
          user,
          statistics: statistics.get(user.id) ?? new Map<string, number>(),
          work: await services.workOf(user.id, viewOf(user).isSelf),
          now,
          escrowCents: viewOf(user).privilege === 2 ? await users.escrowCents(user.id) : 0,
          ...viewOf(user),
        }),
      ),
    );
  };
  const describeOne = async (user: User, privilege: Privilege, isSelf: boolean): Promise<UserDetails> => {
    const [details] = await describe([user], () => ({ privilege, isSelf }));
    if (!details) throw notFound();
    return details;
  };

  api.get(
    '/api/v2/find_user',
    { schema: { operationId: 'get_find_user', response: { 200: UserDetails, 401: Problem, 404: Problem } } },
    async (request) => {
      const apiKey = apiKeyOf(request);
      if (apiKey === undefined) throw new ProblemError(401, 'InvalidAPIKey', 'The apikey header is missing.');
      const user = await users.authenticate(apiKey, request);
      if (!user) throw notFound();
      return describeOne(user, 1, true);
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
      const found = await users.list({ page, sort, pageSize });
      return describe(found, () => ({ privilege: 0, isSelf: false }));
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
    async (request) => {
      const id = userIdFrom(request.params.user_id);
      if (id === undefined) throw notFound();
      const caller = await optionalUser(users, request);
      const user = await users.byId(id);
      if (!user) throw notFound();
      const isSelf = caller?.id === user.id;
      return describeOne(user, caller?.isModerator === true ? 2 : isSelf ? 1 : 0, isSelf);
    },
  );
}

/** Account ids are 0…2147483647 in decimal (`api.md` 1.1). */
function userIdFrom(text: string): number | undefined {
  if (!/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= 2_147_483_647 ? id : undefined;
}

function notFound(): ProblemError {
  return new ProblemError(404, 'UserNotFound', 'There is no such account.');
}
