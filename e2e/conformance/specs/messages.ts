import { imageOffer, modelOf } from '../scenes.ts';
import { noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

const keys = ['id', 'message', 'origin', 'expiry', 'created'];
const unknownMessage = refusal(404, 'WorkermessageNotFound');

/** A message of an owner to their own worker. */
async function message(
  world: World,
): Promise<{ key: string; path: { message_id: string }; workerId: string }> {
  const { key } = await world.account();
  const offer = imageOffer(world, modelOf(world));
  await world.do('POST /generate/pop', { key, body: offer });
  const worker = await world.do('GET /workers/name/{worker_name}', { path: { worker_name: offer.name } });
  const workerId = String(worker['id']);
  const made = await world.do('POST /workers/messages', {
    key,
    body: { message: 'hello', worker_id: workerId },
  });
  return { key, path: { message_id: String(made['id']) }, workerId };
}

/** Messages to workers (`api.md` 5.8). */
export const messages: readonly OperationSpec[] = [
  {
    operation: 'GET /workers/messages',
    sample: async (world) => ({ key: (await message(world)).key }),
    success: { status: 200, has: keys },
    refused: { nobody: noKey, stranger: wrongKey },
    extras: [
      {
        says: 'refuses another validity',
        call: () => ({ as: 'plain', query: { validity: 'other' } }),
        expect: refusal(400, 'BadRequest'),
      },
      {
        says: 'refuses the messages of others',
        call: (world) => ({ as: 'plain', query: { user_id: world.accounts.other.id } }),
        expect: refusal(403, 'Forbidden'),
      },
    ],
  },
  {
    operation: 'POST /workers/messages',
    sample: () => ({ as: 'moderator', body: { message: 'to everybody', expiry: 1 } }),
    success: { status: 200, has: keys, lacks: ['worker_id'] },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: refusal(403, 'AnonForbidden'),
      plain: refusal(403, 'MessagesOnlyOwnWorkers'),
      trusted: refusal(403, 'MessagesOnlyOwnWorkers'),
    },
    extras: [
      {
        says: 'an owner writes to their own worker',
        call: async (world) => {
          const { key, workerId } = await message(world);
          return { key, body: { message: 'again', worker_id: workerId } };
        },
        expect: { status: 200, has: [...keys, 'worker_id'] },
      },
      {
        says: 'refuses a worker that there is not',
        call: () => ({
          as: 'plain',
          body: { message: 'hello', worker_id: '00000000-0000-4000-8000-000000000000' },
        }),
        expect: refusal(404, 'WorkerNotFound'),
      },
      ...[{ message: '' }, { message: 'a', expiry: 721 }, { message: 'a', expiry: 0 }].map((body) => ({
        says: `refuses ${JSON.stringify(body)}`,
        call: () => ({ as: 'moderator' as const, body }),
        expect: { status: 400, errors: ['expiry' in body ? 'expiry' : 'message'] },
      })),
    ],
  },
  {
    operation: 'GET /workers/messages/{message_id}',
    sample: message,
    success: { status: 200, has: keys },
    refused: {
      nobody: unknownMessage,
      stranger: unknownMessage,
      anonymous: unknownMessage,
      plain: unknownMessage,
      trusted: unknownMessage,
    },
    unknown: { message_id: unknownMessage },
  },
  {
    operation: 'DELETE /workers/messages/{message_id}',
    sample: message,
    success: { status: 200, like: { message: 'OK' } },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: refusal(403, 'Forbidden'),
      plain: refusal(403, 'Forbidden'),
      trusted: refusal(403, 'Forbidden'),
    },
    unknown: { message_id: unknownMessage },
  },
];
