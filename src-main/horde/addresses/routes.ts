import { Type } from 'typebox';
import { requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem, ProblemError } from '#shared/common/problem.ts';
import {
  AddTimeoutIPInput,
  AddWorkerTimeout,
  BlockedWorkerPath,
  DeleteTimeoutIPInput,
  IPAddressPath,
  IPTimeout,
} from '#shared/horde/addresses/schema.ts';
import { SimpleResponse } from '#shared/horde/common/answers.ts';
import type { AddressesService, Moderating } from './service.ts';

export interface AddressRoutesServices {
  readonly addresses: AddressesService;
  readonly users: UsersService;
}

const refusals = { 400: Problem, 401: Problem, 403: Problem };
const done = { message: 'OK' };

/** `/operations` of the v2 API (`api.md` 5.12): for moderators, every verb. */
export function addressRoutes(api: AppFastify, { addresses, users }: AddressRoutesServices): void {
  const moderating = async (
    request: Parameters<typeof requireUser>[1] & { readonly ip: string },
  ): Promise<Moderating> => {
    const caller = await requireUser(users, request);
    if (!caller.isModerator) throw new ProblemError(403, 'NotModerator', 'Operations are for moderators.');
    return { caller, ip: request.ip };
  };
  api.get(
    '/operations/ipaddr',
    { schema: { operationId: 'get_operations_ip', response: { 200: Type.Array(IPTimeout), ...refusals } } },
    async (request) => {
      await moderating(request);
      return addresses.blocks();
    },
  );
  api.post(
    '/operations/ipaddr',
    {
      schema: {
        operationId: 'post_operations_ip',
        body: AddTimeoutIPInput,
        response: { 200: SimpleResponse, ...refusals },
      },
    },
    async (request) => {
      await addresses.add(request.body.ipaddr, request.body.hours, await moderating(request));
      return done;
    },
  );
  api.delete(
    '/operations/ipaddr',
    {
      schema: {
        operationId: 'delete_operations_ip',
        body: DeleteTimeoutIPInput,
        response: { 200: SimpleResponse, ...refusals },
      },
    },
    async (request) => {
      await addresses.lift(request.body.ipaddr, await moderating(request));
      return done;
    },
  );
  api.get(
    '/operations/ipaddr/:ipaddr',
    {
      schema: {
        operationId: 'get_operations_ip_single',
        params: IPAddressPath,
        response: { 200: Type.Array(IPTimeout), ...refusals },
      },
    },
    async (request) => {
      await moderating(request);
      return addresses.find(request.params.ipaddr);
    },
  );
  api.put(
    '/operations/block_worker_ipaddr/:worker_id',
    {
      schema: {
        operationId: 'put_operations_block_worker_ip',
        params: BlockedWorkerPath,
        body: AddWorkerTimeout,
        response: { 200: SimpleResponse, ...refusals, 404: Problem },
      },
    },
    async (request) => {
      await addresses.blockWorker(request.params.worker_id, request.body.days, await moderating(request));
      return done;
    },
  );
  api.delete(
    '/operations/block_worker_ipaddr/:worker_id',
    {
      schema: {
        operationId: 'delete_operations_block_worker_ip',
        params: BlockedWorkerPath,
        response: { 200: SimpleResponse, ...refusals, 404: Problem },
      },
    },
    async (request) => {
      await addresses.unblockWorker(request.params.worker_id, await moderating(request));
      return done;
    },
  );
}
