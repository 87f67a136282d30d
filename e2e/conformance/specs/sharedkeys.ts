import { noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

const keys = [
  'id',
  'username',
  'name',
  'kudos',
  'utilized',
  'max_image_pixels',
  'max_image_steps',
  'max_text_tokens',
];
const body = { name: 'A shared key', kudos: 100, max_image_steps: 40 };

/** A shared key of an account that has no other. */
async function shared(world: World): Promise<{ key: string; path: { sharedkey_id: string } }> {
  const { key } = await world.account();
  const made = await world.do('PUT /sharedkeys', { key, body });
  return { key, path: { sharedkey_id: String(made['id']) } };
}

const notOwner = refusal(403, 'Forbidden');

/** Shared keys (`api.md` 5.7). */
export const sharedkeys: readonly OperationSpec[] = [
  {
    operation: 'PUT /sharedkeys',
    sample: async (world) => ({ key: (await world.account()).key, body }),
    success: { status: 200, has: keys, like: { kudos: 100, max_image_steps: 40, max_image_pixels: -1 } },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: refusal(403, 'AnonForbidden'),
      // These have made their share in other cases, or make it here.
      plain: { status: 200, has: keys },
      deleted: refusal(403, 'DeletedUser'),
    },
    extras: [
      {
        says: 'makes three for an account and no more',
        call: async (world) => {
          const { key } = await world.account();
          for (let count = 0; count < 3; count += 1) await world.do('PUT /sharedkeys', { key, body });
          return { key, body };
        },
        expect: notOwner,
      },
      ...[
        { kudos: -2 },
        { expiry: 0 },
        { name: 'ab' },
        { max_image_pixels: 4_194_305 },
        { max_text_tokens: 501 },
      ].map((wrong) => ({
        says: `refuses ${JSON.stringify(wrong)}`,
        call: async (world: World) => ({ key: (await world.account()).key, body: wrong }),
        expect: { status: 400, errors: Object.keys(wrong) },
      })),
    ],
  },
  {
    operation: 'GET /sharedkeys/{sharedkey_id}',
    sample: async (world) => ({ path: (await shared(world)).path }),
    success: { status: 200, has: keys },
    unknown: { sharedkey_id: wrongKey },
  },
  {
    operation: 'PATCH /sharedkeys/{sharedkey_id}',
    sample: async (world) => ({ ...(await shared(world)), body: { max_image_steps: 20 } }),
    success: { status: 200, has: keys, like: { max_image_steps: 20, kudos: 100 } },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: notOwner,
      plain: notOwner,
      trusted: notOwner,
      moderator: notOwner,
      admin: notOwner,
    },
    unknown: { sharedkey_id: wrongKey },
    extras: [
      {
        says: 'refuses a change of nothing',
        call: async (world) => ({ ...(await shared(world)), body: {} }),
        expect: refusal(400, 'NoSharedKeyModSelected'),
      },
    ],
  },
  {
    operation: 'DELETE /sharedkeys/{sharedkey_id}',
    sample: shared,
    success: { status: 200, like: { message: 'OK' } },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: notOwner,
      plain: notOwner,
      trusted: notOwner,
      moderator: notOwner,
    },
    unknown: { sharedkey_id: wrongKey },
  },
];
