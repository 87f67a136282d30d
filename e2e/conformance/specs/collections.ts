import { noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';
import { styleOf } from './styles.ts';

const keys = ['id', 'name', 'type', 'info', 'public', 'styles', 'use_count'];
const unknownCollection = refusal(404, 'CollectionNotFound');
const notOwner = refusal(403, 'Forbidden');

const bodyOf = async (world: World) => ({
  name: world.name('collection'),
  info: 'styles for a test',
  styles: [(await styleOf(world, 'image')).id],
});

async function collection(
  world: World,
): Promise<{ key: string; name: string; path: { collection_id: string } }> {
  const { key } = await world.account();
  const body = await bodyOf(world);
  const made = await world.do('POST /collections', { key, body });
  return { key, name: body.name, path: { collection_id: String(made['id']) } };
}

/** Collections of styles (`api.md` 5.5). */
export const collections: readonly OperationSpec[] = [
  {
    operation: 'GET /collections',
    sample: async (world) => {
      await collection(world);
      return { query: { sort: 'age', type: 'image' } };
    },
    success: { status: 200, has: keys },
    extras: [
      {
        says: 'refuses another order',
        call: () => ({ query: { sort: 'other' } }),
        expect: refusal(400, 'BadRequest'),
      },
      {
        says: 'refuses another type',
        call: () => ({ query: { type: 'other' } }),
        expect: refusal(400, 'BadRequest'),
      },
    ],
  },
  {
    operation: 'POST /collections',
    sample: async (world) => ({ as: 'plain', body: await bodyOf(world) }),
    success: { status: 200, has: ['id', 'message'] },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: refusal(403, 'StylesAnonForbidden'),
      deleted: refusal(403, 'DeletedUser'),
    },
    extras: [
      {
        says: 'refuses styles of two kinds',
        call: async (world) => ({
          as: 'plain',
          body: {
            name: world.name('collection'),
            styles: [(await styleOf(world, 'image')).id, (await styleOf(world, 'text')).id],
          },
        }),
        expect: refusal(400, 'BadRequest'),
      },
      {
        says: 'refuses a style that there is not',
        call: (world) => ({
          as: 'plain',
          body: { name: world.name('collection'), styles: ['no such style'] },
        }),
        expect: refusal(400, 'BadRequest'),
      },
    ],
  },
  {
    operation: 'GET /collections/{collection_id}',
    sample: async (world) => ({ path: (await collection(world)).path }),
    success: { status: 200, has: keys, like: { type: 'image' } },
    unknown: { collection_id: unknownCollection },
  },
  {
    operation: 'PATCH /collections/{collection_id}',
    sample: async (world) => ({ ...(await collection(world)), body: { info: 'another text' } }),
    success: { status: 200, has: ['id', 'message'] },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: notOwner,
      plain: notOwner,
      trusted: notOwner,
      moderator: notOwner,
      admin: notOwner,
    },
    unknown: { collection_id: unknownCollection },
  },
  {
    operation: 'DELETE /collections/{collection_id}',
    sample: collection,
    success: { status: 200, like: { message: 'OK' } },
    refused: { nobody: noKey, stranger: wrongKey, anonymous: notOwner, plain: notOwner, trusted: notOwner },
    unknown: { collection_id: unknownCollection },
  },
  {
    operation: 'GET /collection_by_name/{collection_name}',
    sample: async (world) => ({ path: { collection_name: (await collection(world)).name } }),
    success: { status: 200, has: keys },
    unknown: { collection_name: unknownCollection },
  },
];
