import { type Static, Type } from 'typebox';
import { pageParameter } from '../common/paging.ts';

/** Body of `POST /workers/messages` (`api.md` 5.8). */
export const MessageInput = Type.Object(
  {
    message: Type.String({ minLength: 1, maxLength: 10_240 }),
    worker_id: Type.Optional(
      Type.String({
        minLength: 36,
        maxLength: 36,
        description: 'Without it the message is for every worker.',
      }),
    ),
    origin: Type.Optional(Type.String({ minLength: 1, maxLength: 255, default: 'AI Horde Moderators' })),
    expiry: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 720,
        default: 12,
        description: 'Hours until it is delivered no more.',
      }),
    ),
  },
  { $id: 'InputModelMessage', additionalProperties: false },
);
export type MessageInput = Static<typeof MessageInput>;

/** A message as the API shows it (`api.md` 3.12). */
export const Message = Type.Object(
  {
    id: Type.String(),
    message: Type.String(),
    origin: Type.String(),
    expiry: Type.String({ description: 'RFC 822.' }),
    worker_id: Type.Optional(Type.String({ description: 'Absent for messages to every worker.' })),
    user_id: Type.String({ description: 'Who wrote it.' }),
    created: Type.String({ description: 'RFC 822.' }),
  },
  { $id: 'ResponseModelMessage' },
);
export type Message = Static<typeof Message>;

export const MessagePath = Type.Object({ message_id: Type.String() });
export const MessagesQuery = Type.Object({
  user_id: Type.Optional(Type.String()),
  worker_id: Type.Optional(Type.String()),
  validity: Type.Optional(Type.String({ default: 'active' })),
  page: pageParameter,
});
export type MessagesQuery = Static<typeof MessagesQuery>;
