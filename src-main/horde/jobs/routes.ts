import { baseOf } from '#main/horde/images/index.ts';
import { requireApiKey, requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { PopAnswer, PopInput, SubmitAnswer, SubmitInput } from '#shared/horde/jobs/schema.ts';
import type { JobsService } from './service.ts';

export interface JobRoutesServices {
  readonly jobs: JobsService;
  readonly users: UsersService;
}

/** Pop and submit of image workers (`api.md` 5.1). */
export function jobRoutes(api: AppFastify, { jobs, users }: JobRoutesServices): void {
  api.post(
    '/generate/pop',
    { schema: { operationId: 'post_image_job_pop', body: PopInput, response: { 200: PopAnswer } } },
    (request) => {
      requireApiKey(request);
      const connection = { base: baseOf(request), ip: request.ip };
      return jobs.pop(request.body, () => requireUser(users, request), connection);
    },
  );
  api.post(
    '/generate/submit',
    {
      schema: { operationId: 'post_image_job_submit', body: SubmitInput, response: { 200: SubmitAnswer } },
    },
    (request) => {
      requireApiKey(request);
      return jobs.submit(request.body, () => requireUser(users, request));
    },
  );
}
