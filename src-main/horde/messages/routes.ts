import { Type } from 'typebox';
import { apiKeyOf, requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { SimpleResponse } from '#shared/horde/common/answers.ts';
import { Message, MessageInput, MessagePath, MessagesQuery } from '#shared/horde/messages/schema.ts';
import type { MessagesService } from './service.ts';

export interface MessageRoutesServices {
  readonly messages: MessagesService;
  readonly users: UsersService;
}

/** `/workers/messages` of the v2 API (`api.md` 5.8). */
export function messageRoutes(api: AppFastify, { messages, users }: MessageRoutesServices): void {
  api.get(
    '/workers/messages',
    {
      schema: {
        operationId: 'get_worker_messages',
        querystring: MessagesQuery,
        response: { 200: Type.Array(Message), 400: Problem, 401: Problem, 403: Problem },
      },
    },
    async (request) => messages.list(request.query, await requireUser(users, request)),
  );
  api.post(
    '/workers/messages',
    {
      schema: {
        operationId: 'post_worker_messages',
        body: MessageInput,
        response: { 200: Message, 400: Problem, 401: Problem, 403: Problem, 404: Problem },
      },
    },
    async (request) => messages.create(request.body, await requireUser(users, request)),
  );
  api.get(
    '/workers/messages/:message_id',
    {
      schema: {
        operationId: 'get_single_worker_message',
        params: MessagePath,
        response: { 200: Message, 404: Problem },
      },
    },
    async (request) => {
      const key = apiKeyOf(request);
      // The operation knows no other refusal than 404, so a wrong key is as good as none.
      const caller = key === undefined ? undefined : await users.authenticate(key, request);
      return messages.one(request.params.message_id, caller);
    },
  );
  api.delete(
    '/workers/messages/:message_id',
    {
      schema: {
        operationId: 'delete_single_worker_message',
        params: MessagePath,
        response: { 200: SimpleResponse, 400: Problem, 401: Problem, 403: Problem, 404: Problem },
      },
    },
    async (request) => {
      await messages.remove(request.params.message_id, await requireUser(users, request));
      return { message: 'OK' };
    },
  );
}
