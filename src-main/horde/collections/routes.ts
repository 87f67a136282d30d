import { Type } from 'typebox';
import { requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import {
  Collection,
  CollectionInput,
  CollectionNamePath,
  CollectionPatch,
  CollectionPath,
  CollectionsQuery,
} from '#shared/horde/collections/schema.ts';
import { SimpleResponse } from '#shared/horde/common/answers.ts';
import { StyleModify } from '#shared/horde/styles/schema.ts';
import { type CollectionsService, noStyles } from './service.ts';

export interface CollectionRoutesServices {
  readonly collections: CollectionsService;
  readonly users: UsersService;
}

const refusals = { 400: Problem, 401: Problem, 403: Problem, 404: Problem };
const written = (id: string): StyleModify => ({ id, message: 'OK', warnings: [] });

/** `/collections` and `/collection_by_name` of the v2 API (`api.md` 5.5). */
export function collectionRoutes(api: AppFastify, services: CollectionRoutesServices): void {
  readRoutes(api, services);
  writeRoutes(api, services);
}

function readRoutes(api: AppFastify, { collections }: CollectionRoutesServices): void {
  api.get(
    '/collections',
    {
      schema: {
        operationId: 'get_collection',
        querystring: CollectionsQuery,
        response: { 200: Type.Array(Collection), 400: Problem },
      },
    },
    async (request) => collections.list(request.query),
  );
  api.get(
    '/collections/:collection_id',
    {
      schema: {
        operationId: 'get_single_collection',
        params: CollectionPath,
        response: { 200: Collection, 404: Problem },
      },
    },
    async (request) => collections.one(request.params.collection_id),
  );
  api.get(
    '/collection_by_name/:collection_name',
    {
      schema: {
        operationId: 'get_single_collection_by_name',
        params: CollectionNamePath,
        response: { 200: Collection, 404: Problem },
      },
    },
    async (request) => collections.byName(request.params.collection_name),
  );
}

function writeRoutes(api: AppFastify, { collections, users }: CollectionRoutesServices): void {
  api.post(
    '/collections',
    {
      schema: {
        operationId: 'post_collection',
        body: CollectionInput,
        response: { 200: StyleModify, ...refusals },
      },
    },
    async (request) => {
      if ((request.body.styles ?? []).length === 0) throw noStyles();
      return written(await collections.create(request.body, await requireUser(users, request)));
    },
  );
  api.patch(
    '/collections/:collection_id',
    {
      schema: {
        operationId: 'patch_single_collection',
        params: CollectionPath,
        body: CollectionPatch,
        response: { 200: StyleModify, ...refusals },
      },
    },
    async (request) => {
      const { collection_id } = request.params;
      if (request.body.styles?.length === 0) throw noStyles();
      await collections.change(collection_id, request.body, await requireUser(users, request));
      return written(collection_id);
    },
  );
  api.delete(
    '/collections/:collection_id',
    {
      schema: {
        operationId: 'delete_single_collection',
        params: CollectionPath,
        response: { 200: SimpleResponse, ...refusals },
      },
    },
    async (request) => {
      await collections.remove(request.params.collection_id, await requireUser(users, request));
      return { message: 'OK' };
    },
  );
}
