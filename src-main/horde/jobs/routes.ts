import type { FastifyRequest } from 'fastify';
import { baseOf } from '#main/horde/images/index.ts';
import {
  requireAcceptingUser,
  requireAnyUser,
  requireApiKey,
  type TermsGate,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { PopAnswer, PopInput, SubmitAnswer, SubmitInput } from '#shared/horde/jobs/schema.ts';
import { TextPopAnswer, TextPopInput, TextSubmitInput } from '#shared/horde/jobs/text-schema.ts';
import type { JobsService } from './service.ts';

export interface JobRoutesServices {
  readonly jobs: JobsService;
  readonly users: UsersService;
  readonly terms?: TermsGate;
}

const popRefusals = { 400: Problem, 401: Problem, 403: Problem };
const submitResponse = { 200: SubmitAnswer, 400: Problem, 401: Problem, 403: Problem, 404: Problem };

const connectionOf = (request: FastifyRequest) => ({
  base: baseOf(request),
  ip: request.ip,
  isLocal: request.isLocal,
});

/** Pop and submit of image and text workers (`api.md` 5.1, 5.2). */
export function jobRoutes(api: AppFastify, services: JobRoutesServices): void {
  popRoutes(api, services);
  submitRoutes(api, services);
}

function popRoutes(api: AppFastify, services: JobRoutesServices): void {
  const { jobs } = services;
  api.post(
    '/generate/pop',
    {
      schema: {
        operationId: 'post_image_job_pop',
        body: PopInput,
        response: { 200: PopAnswer, ...popRefusals },
      },
    },
    (request) => {
      requireApiKey(request);
      return jobs.pop(
        'image',
        request.body,
        () => requireAcceptingUser(services, request),
        connectionOf(request),
      );
    },
  );
  api.post(
    '/generate/text/pop',
    {
      schema: {
        operationId: 'post_text_job_pop',
        body: TextPopInput,
        response: { 200: TextPopAnswer, ...popRefusals },
      },
    },
    (request) => {
      requireApiKey(request);
      return jobs.pop(
        'text',
        request.body,
        () => requireAcceptingUser(services, request),
        connectionOf(request),
      );
    },
  );
}

/** What a worker of an account that goes away still has in hand is taken and paid (`decisions.md` 52). */
function submitRoutes(api: AppFastify, { jobs, users }: JobRoutesServices): void {
  api.post(
    '/generate/submit',
    { schema: { operationId: 'post_image_job_submit', body: SubmitInput, response: submitResponse } },
    (request) => {
      requireApiKey(request);
      return jobs.submit('image', request.body, () => requireAnyUser(users, request), connectionOf(request));
    },
  );
  api.post(
    '/generate/text/submit',
    { schema: { operationId: 'post_text_job_submit', body: TextSubmitInput, response: submitResponse } },
    (request) => {
      requireApiKey(request);
      return jobs.submit('text', request.body, () => requireAnyUser(users, request), connectionOf(request));
    },
  );
}
