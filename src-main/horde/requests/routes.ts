import type { FastifyRequest } from 'fastify';
import { baseOf } from '#main/horde/images/index.ts';
import {
  requireApiKey,
  requireRequester,
  type TermsGate,
  type SharedKeyDoor,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { agentOf } from '#shared/horde/common/agent.ts';
import { SubmitAnswer } from '#shared/horde/jobs/schema.ts';
import { AestheticsInput } from '#shared/horde/requests/ratings.ts';
import {
  GenerationInput,
  RequestAsync,
  RequestPath,
  RequestStatus,
  RequestStatusCheck,
} from '#shared/horde/requests/schema.ts';
import { TextGenerationInput, TextRequestStatus } from '#shared/horde/requests/text-schema.ts';
import type { Authenticate } from './ports.ts';
import type { RequestsService } from './service.ts';

export interface RequestRoutesServices {
  readonly requests: RequestsService;
  readonly users: UsersService;
  /** Without it no key but an account's own opens anything. */
  readonly sharedKeys?: SharedKeyDoor;
  readonly terms?: TermsGate;
}

const noSharedKeys: SharedKeyDoor = { enter: () => Promise.resolve(undefined) };
const refusals = { 400: Problem, 401: Problem, 403: Problem, 404: Problem, 429: Problem };

/** Requests of the v2 API: async, check, status, cancel, rate (`api.md` 5.1, 5.2). */
export function requestRoutes(api: AppFastify, services: RequestRoutesServices): void {
  asyncRoutes(api, services);
  imageStatusRoutes(api, services);
  textStatusRoutes(api, services);
}

function arrivalOf(request: FastifyRequest) {
  const agent = request.headers['client-agent'];
  const clientAgent = agentOf(typeof agent === 'string' ? agent : undefined);
  return { clientAgent, ip: request.ip, isLocal: request.isLocal };
}

function asyncRoutes(
  api: AppFastify,
  { requests, users, sharedKeys = noSharedKeys, terms }: RequestRoutesServices,
): void {
  const door = { users, sharedKeys, ...(terms ? { terms } : {}) };
  const authenticator =
    (request: FastifyRequest): Authenticate =>
    async (asked) => {
      const requester = await requireRequester(door, request, asked);
      const { isTrusted, isEducation, isService } = requester.user;
      request.raisesLimits = !requester.isProxied && (isTrusted || isEducation || isService);
      return requester;
    };
  const response = { 200: RequestAsync, 202: RequestAsync, ...refusals };
  api.post(
    '/generate/async',
    { schema: { operationId: 'post_image_async_generate', body: GenerationInput, response } },
    async (request, reply) => {
      requireApiKey(request);
      const answer = await requests.accept('image', request.body, authenticator(request), arrivalOf(request));
      return reply.code(answer.id === undefined ? 200 : 202).send(answer);
    },
  );
  api.post(
    '/generate/text/async',
    { schema: { operationId: 'post_text_async_generate', body: TextGenerationInput, response } },
    async (request, reply) => {
      requireApiKey(request);
      const answer = await requests.accept('text', request.body, authenticator(request), arrivalOf(request));
      return reply.code(answer.id === undefined ? 200 : 202).send(answer);
    },
  );
}

function imageStatusRoutes(api: AppFastify, { requests }: RequestRoutesServices): void {
  const params = RequestPath;
  api.get(
    '/generate/check/:id',
    {
      schema: {
        operationId: 'get_image_async_check',
        params,
        response: { 200: RequestStatusCheck, 403: Problem, 404: Problem },
      },
    },
    (request) => requests.check(request.params.id, arrivalOf(request)),
  );
  const response = { 200: RequestStatus, 404: Problem };
  api.get(
    '/generate/status/:id',
    { schema: { operationId: 'get_image_async_status', params, response } },
    (request) => requests.status('image', request.params.id, baseOf(request)),
  );
  api.delete(
    '/generate/status/:id',
    { schema: { operationId: 'delete_image_async_status', params, response } },
    (request) => requests.cancel('image', request.params.id, baseOf(request)),
  );
  api.post(
    '/generate/rate/:id',
    {
      schema: {
        operationId: 'post_aesthetics',
        params,
        body: AestheticsInput,
        response: { 200: SubmitAnswer, 400: Problem, 404: Problem },
      },
    },
    (request) => requests.rate(request.params.id),
  );
}

function textStatusRoutes(api: AppFastify, { requests }: RequestRoutesServices): void {
  const params = RequestPath;
  const response = { 200: TextRequestStatus, 404: Problem };
  api.get(
    '/generate/text/status/:id',
    { schema: { operationId: 'get_text_async_status', params, response } },
    (request) => requests.status('text', request.params.id, baseOf(request)),
  );
  api.delete(
    '/generate/text/status/:id',
    { schema: { operationId: 'delete_text_async_status', params, response } },
    (request) => requests.cancel('text', request.params.id, baseOf(request)),
  );
}
