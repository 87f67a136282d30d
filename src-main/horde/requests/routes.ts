import { baseOf } from '#main/horde/images/index.ts';
import { requireApiKey, requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { agentOf } from '#shared/horde/common/agent.ts';
import {
  GenerationInput,
  RequestAsync,
  RequestPath,
  RequestStatus,
  RequestStatusCheck,
} from '#shared/horde/requests/schema.ts';
import type { RequestsService } from './service.ts';

export interface RequestRoutesServices {
  readonly requests: RequestsService;
  readonly users: UsersService;
}

/** Image requests of the v2 API (`api.md` 5.1): async, check, status, cancel. */
export function requestRoutes(api: AppFastify, { requests, users }: RequestRoutesServices): void {
  api.post(
    '/generate/async',
    {
      schema: {
        operationId: 'post_image_async_generate',
        body: GenerationInput,
        response: { 200: RequestAsync, 202: RequestAsync },
      },
    },
    async (request, reply) => {
      const agent = request.headers['client-agent'];
      requireApiKey(request);
      const answer = await requests.accept(request.body, () => requireUser(users, request), {
        clientAgent: agentOf(typeof agent === 'string' ? agent : undefined),
        ip: request.ip,
        isLocal: request.isLocal,
      });
      return reply.code(answer.id === undefined ? 200 : 202).send(answer);
    },
  );
  api.get(
    '/generate/check/:id',
    {
      schema: {
        operationId: 'get_image_async_check',
        params: RequestPath,
        response: { 200: RequestStatusCheck },
      },
    },
    (request) => requests.check(request.params.id),
  );
  api.get(
    '/generate/status/:id',
    {
      schema: {
        operationId: 'get_image_async_status',
        params: RequestPath,
        response: { 200: RequestStatus },
      },
    },
    (request) => requests.status(request.params.id, baseOf(request)),
  );
  api.delete(
    '/generate/status/:id',
    {
      schema: {
        operationId: 'delete_image_async_status',
        params: RequestPath,
        response: { 200: RequestStatus },
      },
    },
    (request) => requests.cancel(request.params.id, baseOf(request)),
  );
}
