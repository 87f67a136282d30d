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
      const base = `${request.protocol}://${request.host}`;
      return jobs.pop(request.body, () => requireUser(users, request), { base, ip: request.ip });
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
