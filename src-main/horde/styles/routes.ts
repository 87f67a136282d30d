import { Type } from 'typebox';
import { requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { SimpleResponse } from '#shared/horde/common/answers.ts';
import { type StyleKind, styleKinds } from '#shared/horde/styles/kinds.ts';
import { checkCounts } from '#shared/horde/styles/param-rules.ts';
import {
  ImageStyle,
  ImageStyleInput,
  ImageStylePatch,
  StyleModify,
  StyleNamePath,
  StylePath,
  StylesQuery,
  TextStyle,
  TextStyleInput,
  TextStylePatch,
} from '#shared/horde/styles/schema.ts';
import { exampleRoutes } from './example-routes.ts';
import type { StylesService, StyleWritten } from './service.ts';

export interface StyleRoutesServices {
  readonly styles: StylesService;
  readonly users: UsersService;
}

/** What differs between the kinds on the wire. */
const shapes = {
  image: { create: ImageStyleInput, patch: ImageStylePatch, details: ImageStyle },
  text: { create: TextStyleInput, patch: TextStylePatch, details: TextStyle },
} as const;

const refusals = { 400: Problem, 401: Problem, 403: Problem, 404: Problem };

/** Only answers about image styles have the list of warnings (`api.md` 3.9). */
const written = (kind: StyleKind, { id, warnings }: StyleWritten): StyleModify => ({
  id,
  message: 'OK',
  ...(kind === 'image' ? { warnings } : {}),
});

/** `/styles/*` of the v2 API (`api.md` 5.4). */
export function styleRoutes(api: AppFastify, services: StyleRoutesServices): void {
  for (const kind of styleKinds) {
    readRoutes(api, kind, services);
    writeRoutes(api, kind, services);
  }
  exampleRoutes(api, services);
}

function readRoutes(api: AppFastify, kind: StyleKind, { styles }: StyleRoutesServices): void {
  const { details } = shapes[kind];
  api.get(
    `/styles/${kind}`,
    {
      schema: {
        operationId: `get_${kind}_style`,
        querystring: StylesQuery,
        response: { 200: Type.Array(details), 400: Problem },
      },
    },
    async (request) => styles.list(kind, request.query),
  );
  api.get(
    `/styles/${kind}/:style_id`,
    {
      schema: {
        operationId: `get_single_${kind}_style`,
        params: StylePath,
        response: { 200: details, 400: Problem, 404: Problem },
      },
    },
    async (request) => styles.one(kind, request.params.style_id),
  );
  api.get(
    `/styles/${kind}_by_name/:style_name`,
    {
      schema: {
        operationId: `get_single_${kind}_style_by_name`,
        params: StyleNamePath,
        response: { 200: details, 400: Problem, 404: Problem },
      },
    },
    async (request) => styles.byName(kind, request.params.style_name),
  );
}

function writeRoutes(api: AppFastify, kind: StyleKind, { styles, users }: StyleRoutesServices): void {
  const { create, patch } = shapes[kind];
  api.post(
    `/styles/${kind}`,
    {
      schema: {
        operationId: `post_${kind}_style`,
        body: create,
        response: { 200: StyleModify, ...refusals },
      },
    },
    async (request) => {
      checkCounts(request.body, true);
      const caller = await requireUser(users, request);
      return written(kind, await styles.create(kind, request.body, caller));
    },
  );
  api.patch(
    `/styles/${kind}/:style_id`,
    {
      schema: {
        operationId: `patch_single_${kind}_style`,
        params: StylePath,
        body: patch,
        response: { 200: StyleModify, ...refusals },
      },
    },
    async (request) => {
      checkCounts(request.body, false);
      const { style_id } = request.params;
      const caller = await requireUser(users, request);
      return written(kind, await styles.change(kind, style_id, request.body, caller));
    },
  );
  api.delete(
    `/styles/${kind}/:style_id`,
    {
      schema: {
        operationId: `delete_single_${kind}_style`,
        params: StylePath,
        response: { 200: SimpleResponse, ...refusals },
      },
    },
    async (request) => {
      await styles.remove(request.params.style_id, await requireUser(users, request));
      return { message: 'OK' };
    },
  );
}
