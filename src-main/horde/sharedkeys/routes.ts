import { requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { SimpleResponse } from '#shared/horde/common/answers.ts';
import { SharedKeyDetails, SharedKeyInput, SharedKeyPath } from '#shared/horde/sharedkeys/schema.ts';
import type { SharedKeysService } from './service.ts';

export interface SharedKeyRoutesServices {
  readonly users: UsersService;
  readonly sharedKeys: SharedKeysService;
}

const refusals = { 400: Problem, 401: Problem, 403: Problem };

/** `/sharedkeys` of the v2 API (`api.md` 5.7). */
export function sharedKeyRoutes(api: AppFastify, { users, sharedKeys }: SharedKeyRoutesServices): void {
  api.put(
    '/api/v2/sharedkeys',
    {
      schema: {
        operationId: 'put_shared_key',
        body: SharedKeyInput,
        response: { 200: SharedKeyDetails, ...refusals },
      },
    },
    async (request) => sharedKeys.create(await requireUser(users, request), request.body),
  );
  api.get(
    '/api/v2/sharedkeys/:sharedkey_id',
    {
      schema: {
        operationId: 'get_shared_key_single',
        params: SharedKeyPath,
        response: { 200: SharedKeyDetails, 401: Problem },
      },
    },
    async (request, reply) => {
      // The id is what opens the key: no cache keeps it (SHK-07).
      reply.header('cache-control', 'no-store');
      return sharedKeys.read(request.params.sharedkey_id);
    },
  );
  api.patch(
    '/api/v2/sharedkeys/:sharedkey_id',
    {
      schema: {
        operationId: 'patch_shared_key_single',
        params: SharedKeyPath,
        body: SharedKeyInput,
        response: { 200: SharedKeyDetails, ...refusals },
      },
    },
    async (request) => {
      const caller = await requireUser(users, request);
      return sharedKeys.change(caller, request.params.sharedkey_id, request.body);
    },
  );
  api.delete(
    '/api/v2/sharedkeys/:sharedkey_id',
    {
      schema: {
        operationId: 'delete_shared_key_single',
        params: SharedKeyPath,
        response: { 200: SimpleResponse, ...refusals },
      },
    },
    async (request) => {
      await sharedKeys.remove(await requireUser(users, request), request.params.sharedkey_id);
      return { message: 'OK' };
    },
  );
}
