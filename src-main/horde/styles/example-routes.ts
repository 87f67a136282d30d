import { requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { SimpleResponse } from '#shared/horde/common/answers.ts';
import {
  StyleExampleInput,
  StyleExamplePatch,
  StyleExamplePath,
  StyleModify,
  StylePath,
} from '#shared/horde/styles/schema.ts';
import { exampleLink } from './examples.ts';
import type { StylesService } from './service.ts';

const refusals = { 400: Problem, 401: Problem, 403: Problem, 404: Problem };
const written = (id: string): StyleModify => ({ id, message: 'OK', warnings: [] });

/** `/styles/image/{style_id}/example` (`api.md` 5.4); text styles have none. */
export function exampleRoutes(
  api: AppFastify,
  { styles, users }: { readonly styles: StylesService; readonly users: UsersService },
): void {
  api.post(
    '/styles/image/:style_id/example',
    {
      schema: {
        operationId: 'post_image_style_example',
        params: StylePath,
        body: StyleExampleInput,
        response: { 200: StyleModify, ...refusals },
      },
    },
    async (request) => {
      exampleLink(request.body.url);
      const caller = await requireUser(users, request);
      return written(await styles.addExample(request.params.style_id, request.body, caller));
    },
  );
  const path = '/styles/image/:style_id/example/:example_id';
  api.patch(
    path,
    {
      schema: {
        operationId: 'patch_single_image_style_example',
        params: StyleExamplePath,
        body: StyleExamplePatch,
        response: { 200: StyleModify, ...refusals },
      },
    },
    async (request) => {
      if (request.body.url !== undefined) exampleLink(request.body.url);
      const { style_id, example_id } = request.params;
      const caller = await requireUser(users, request);
      await styles.changeExample(style_id, example_id, request.body, caller);
      return written(example_id);
    },
  );
  api.delete(
    path,
    {
      schema: {
        operationId: 'delete_single_image_style_example',
        params: StyleExamplePath,
        response: { 200: SimpleResponse, ...refusals },
      },
    },
    async (request) => {
      const { style_id, example_id } = request.params;
      await styles.removeExample(style_id, example_id, await requireUser(users, request));
      return { message: 'OK' };
    },
  );
}
