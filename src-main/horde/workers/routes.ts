import { Type } from 'typebox';
import {
  apiKeyOf,
  type CallerRequest,
  invalidApiKey,
  requireUser,
  type User,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { deletedUser } from '#shared/horde/users/rights.ts';
import {
  DeletedWorker,
  ModifyWorker,
  ModifyWorkerInput,
  WorkerDetails,
  WorkerPath,
  WorkerQuery,
} from '#shared/horde/workers/schema.ts';
import type { WorkersService } from './service.ts';

export interface WorkerRoutesServices {
  readonly workers: WorkersService;
  readonly users: UsersService;
}

/** `/workers` of the v2 API (`api.md` 5.8). */
export function workerRoutes(api: AppFastify, { workers, users }: WorkerRoutesServices): void {
  // A wrong key on a public read is ignored, as upstream does.
  const viewer = async (request: CallerRequest): Promise<User | undefined> => {
    const key = apiKeyOf(request);
    return key === undefined ? undefined : users.authenticate(key, request);
  };
  api.get(
    '/workers',
    {
      schema: {
        operationId: 'get_workers',
        querystring: WorkerQuery,
        response: { 200: Type.Array(WorkerDetails) },
      },
    },
    async (request) => workers.list(request.query, await viewer(request)),
  );
  api.get(
    '/workers/:worker_id',
    {
      schema: {
        operationId: 'get_worker_single',
        params: WorkerPath,
        response: { 200: WorkerDetails, 404: Problem },
      },
    },
    async (request) => workers.one(request.params.worker_id, await viewer(request)),
  );
  api.get(
    '/workers/name/:worker_name',
    {
      schema: {
        operationId: 'get_worker_single_name',
        params: Type.Object({ worker_name: Type.String() }),
        response: { 200: WorkerDetails, 404: Problem },
      },
    },
    async (request) => workers.byName(request.params.worker_name, await viewer(request)),
  );
  api.put(
    '/workers/:worker_id',
    {
      schema: {
        operationId: 'put_worker_single',
        params: WorkerPath,
        body: ModifyWorkerInput,
        response: { 200: ModifyWorker, 400: Problem, 401: Problem, 403: Problem, 404: Problem },
      },
    },
    async (request) =>
      workers.modify(request.params.worker_id, request.body, await requireUser(users, request)),
  );
  api.delete(
    '/workers/:worker_id',
    {
      schema: {
        operationId: 'delete_worker_single',
        params: WorkerPath,
        response: { 200: DeletedWorker, 401: Problem, 403: Problem, 404: Problem, 423: Problem },
      },
    },
    async (request) => {
      const caller = await viewer(request);
      // Upstream declares this key optional, so its absence is no fault of the payload (`api.md` Q22).
      if (!caller) throw invalidApiKey();
      if (caller.isDeleted) throw deletedUser();
      return workers.remove(request.params.worker_id, caller);
    },
  );
}
