import { Type } from 'typebox';
import {
  apiKeyOf,
  type CallerRequest,
  invalidApiKey,
  optionalUser,
  requireUser,
  type User,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import {
  CreateTeamInput,
  DeletedTeam,
  ModifyTeam,
  ModifyTeamInput,
  TeamDetails,
  TeamPath,
} from '#shared/horde/teams/schema.ts';
import type { TeamsService } from './service.ts';

export interface TeamRoutesServices {
  readonly teams: TeamsService;
  readonly users: UsersService;
}

const refusals = { 400: Problem, 401: Problem, 403: Problem, 404: Problem };

/** `/teams` of the v2 API (`api.md` 5.11). */
export function teamRoutes(api: AppFastify, services: TeamRoutesServices): void {
  readRoutes(api, services);
  writeRoutes(api, services);
}

function readRoutes(api: AppFastify, { teams, users }: TeamRoutesServices): void {
  api.get(
    '/teams',
    { schema: { operationId: 'get_teams', response: { 200: Type.Array(TeamDetails) } } },
    () => teams.list(),
  );
  api.get(
    '/teams/:team_id',
    {
      schema: {
        operationId: 'get_team_single',
        params: TeamPath,
        response: { 200: TeamDetails, 401: Problem, 404: Problem },
      },
    },
    async (request) => {
      const team = await teams.one(request.params.team_id);
      await optionalUser(users, request);
      return team;
    },
  );
}

function writeRoutes(api: AppFastify, { teams, users }: TeamRoutesServices): void {
  // Upstream declares these keys optional, so their absence is no fault of the payload (`api.md` Q22).
  const callerOf = async (request: CallerRequest): Promise<User> => {
    if (apiKeyOf(request) === undefined) throw invalidApiKey();
    return requireUser(users, request);
  };
  api.post(
    '/teams',
    {
      schema: {
        operationId: 'post_teams',
        body: CreateTeamInput,
        response: { 200: ModifyTeam, 400: Problem, 401: Problem, 403: Problem },
      },
    },
    async (request) => teams.create(request.body, await requireUser(users, request)),
  );
  api.patch(
    '/teams/:team_id',
    {
      schema: {
        operationId: 'patch_team_single',
        params: TeamPath,
        body: ModifyTeamInput,
        response: { 200: ModifyTeam, ...refusals },
      },
    },
    async (request) => teams.change(request.params.team_id, request.body, await callerOf(request)),
  );
  api.delete(
    '/teams/:team_id',
    {
      schema: {
        operationId: 'delete_team_single',
        params: TeamPath,
        response: { 200: DeletedTeam, 401: Problem, 403: Problem, 404: Problem },
      },
    },
    async (request) => teams.remove(request.params.team_id, await callerOf(request)),
  );
}
