import { Type } from 'typebox';
import { type CallerRequest, requireUser, type User, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem, ProblemError } from '#shared/common/problem.ts';
import { SimpleResponse } from '#shared/horde/common/answers.ts';
import {
  FilterDetails,
  FilterPath,
  FilterPromptSuspicion,
  FilterRegex,
  FilterRegexQuery,
  FiltersQuery,
  FilterTest,
  PatchExistingFilter,
  PutNewFilter,
} from '#shared/horde/filters/schema.ts';
import type { FiltersService } from './service.ts';

export interface FilterRoutesServices {
  readonly filters: FiltersService;
  readonly users: UsersService;
}

const refusals = { 400: Problem, 401: Problem, 403: Problem };
const refusalsOfOne = { ...refusals, 404: Problem };

/** `/filters` of the v2 API (`api.md` 5.13): for moderators, every verb. Never cached (VIS-01). */
export function filterRoutes(api: AppFastify, { filters, users }: FilterRoutesServices): void {
  const moderator = async (request: CallerRequest): Promise<User> => {
    const caller = await requireUser(users, request);
    if (!caller.isModerator) throw new ProblemError(403, 'NotModerator', 'Filters are for moderators.');
    return caller;
  };
  api.get(
    '/filters',
    {
      schema: {
        operationId: 'get_filters',
        querystring: FiltersQuery,
        response: { 200: Type.Array(FilterDetails), ...refusals },
      },
    },
    async (request) => {
      await moderator(request);
      const { filter_type, contains } = request.query;
      return filters.list({ type: integerOf(filter_type), contains });
    },
  );
  api.put(
    '/filters',
    {
      schema: {
        operationId: 'put_filters',
        body: PutNewFilter,
        response: { 200: FilterDetails, ...refusals },
      },
    },
    async (request) => filters.create(request.body, await moderator(request)),
  );
  api.post(
    '/filters',
    {
      schema: {
        operationId: 'post_filters',
        body: FilterTest,
        response: { 200: FilterPromptSuspicion, ...refusals },
      },
    },
    async (request) => {
      await moderator(request);
      return filters.test(request.body);
    },
  );
  api.get(
    '/filters/regex',
    {
      schema: {
        operationId: 'get_filter_regex',
        querystring: FilterRegexQuery,
        response: { 200: Type.Array(FilterRegex), ...refusals },
      },
    },
    async (request) => {
      await moderator(request);
      return filters.joined(integerOf(request.query.filter_type));
    },
  );
  oneFilterRoutes(api, filters, moderator);
}

function oneFilterRoutes(
  api: AppFastify,
  filters: FiltersService,
  moderator: (request: CallerRequest) => Promise<User>,
): void {
  api.get(
    '/filters/:filter_id',
    {
      schema: {
        operationId: 'get_filter_single',
        params: FilterPath,
        response: { 200: FilterDetails, ...refusalsOfOne },
      },
    },
    async (request) => {
      await moderator(request);
      return filters.one(request.params.filter_id);
    },
  );
  api.patch(
    '/filters/:filter_id',
    {
      schema: {
        operationId: 'patch_filter_single',
        params: FilterPath,
        body: PatchExistingFilter,
        response: { 200: FilterDetails, ...refusalsOfOne },
      },
    },
    async (request) => filters.change(request.params.filter_id, request.body, await moderator(request)),
  );
  api.delete(
    '/filters/:filter_id',
    {
      schema: {
        operationId: 'delete_filter_single',
        params: FilterPath,
        response: { 200: SimpleResponse, ...refusalsOfOne },
      },
    },
    async (request) => {
      await filters.remove(request.params.filter_id, await moderator(request));
      return { message: 'OK' };
    },
  );
}

function integerOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
