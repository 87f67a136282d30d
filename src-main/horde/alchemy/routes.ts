import { baseOf } from '#main/horde/images/index.ts';
import {
  addressOf,
  requireAnyUser,
  requireApiKey,
  requireAcceptingUser,
  type TermsGate,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import {
  AlchemyAccepted,
  AlchemyInput,
  AlchemyPath,
  AlchemyPopAnswer,
  AlchemyPopInput,
  AlchemyStatus,
  AlchemySubmitInput,
} from '#shared/horde/alchemy/schema.ts';
import { agentOf } from '#shared/horde/common/agent.ts';
import { SubmitAnswer } from '#shared/horde/jobs/schema.ts';
import type { AlchemyService } from './service.ts';

export interface AlchemyRoutesServices {
  readonly alchemy: Pick<AlchemyService, 'accept' | 'status' | 'cancel' | 'pop' | 'submit'>;
  readonly users: UsersService;
  readonly terms?: TermsGate;
}

/** `/interrogate` of the v2 API (`api.md` 5.3). Shared keys open nothing here. */
export function alchemyRoutes(api: AppFastify, services: AlchemyRoutesServices): void {
  requestRoutes(api, services);
  workerRoutes(api, services);
}

function requestRoutes(api: AppFastify, services: AlchemyRoutesServices): void {
  const { alchemy, users } = services;
  api.post(
    '/interrogate/async',
    {
      schema: {
        operationId: 'post_interrogate',
        body: AlchemyInput,
        response: { 202: AlchemyAccepted, 400: Problem, 401: Problem, 403: Problem, 429: Problem },
      },
    },
    async (request, reply) => {
      const agent = request.headers['client-agent'];
      requireApiKey(request);
      const { ip } = await addressOf(users, request);
      const clientAgent = agentOf(typeof agent === 'string' ? agent : undefined);
      const from = { clientAgent, ip };
      return reply
        .code(202)
        .send(await alchemy.accept(request.body, () => requireAcceptingUser(services, request), from));
    },
  );
  api.get(
    '/interrogate/status/:id',
    {
      schema: {
        operationId: 'get_interrogation_status',
        params: AlchemyPath,
        response: { 200: AlchemyStatus, 404: Problem },
      },
    },
    (request) => alchemy.status(request.params.id, baseOf(request)),
  );
  api.delete(
    '/interrogate/status/:id',
    {
      schema: {
        operationId: 'delete_interrogation_status',
        params: AlchemyPath,
        response: { 200: AlchemyStatus, 404: Problem },
      },
    },
    (request) => alchemy.cancel(request.params.id, baseOf(request)),
  );
}

function workerRoutes(api: AppFastify, services: AlchemyRoutesServices): void {
  const { alchemy, users } = services;
  api.post(
    '/interrogate/pop',
    {
      schema: {
        operationId: 'post_interrogate_pop',
        body: AlchemyPopInput,
        response: { 200: AlchemyPopAnswer, 400: Problem, 401: Problem, 403: Problem },
      },
    },
    (request) => {
      requireApiKey(request);
      const { ip, isLocal } = request;
      const connection = { base: baseOf(request), ip, isLocal };
      return alchemy.pop(request.body, () => requireAcceptingUser(services, request), connection);
    },
  );
  api.post(
    '/interrogate/submit',
    {
      schema: {
        operationId: 'post_interrogate_submit',
        body: AlchemySubmitInput,
        response: { 200: SubmitAnswer, 400: Problem, 401: Problem, 403: Problem, 404: Problem },
      },
    },
    (request) => {
      requireApiKey(request);
      // An account that is being deleted may end what it began.
      return alchemy.submit(request.body, () => requireAnyUser(users, request), baseOf(request));
    },
  );
}
