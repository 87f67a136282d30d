import { imageOffer, modelOf } from '../scenes.ts';
import { missingKey, noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

const publicKeys = [
  'type',
  'name',
  'id',
  'online',
  'requests_fulfilled',
  'uncompleted_jobs',
  'kudos_rewards',
  'kudos_details',
  'performance',
  'threads',
  'uptime',
  'maintenance_mode',
  'nsfw',
  'trusted',
  'flagged',
  'team',
  'bridge_agent',
];
const imageKeys = [
  ...publicKeys,
  'models',
  'max_pixels',
  'megapixelsteps_generated',
  'img2img',
  'painting',
  'lora',
];
const unknownWorker = refusal(404, 'WorkerNotFound');
const notModerator = refusal(403, 'NotModerator');
const notOwner = refusal(403, 'NotOwner');

/** A dreamer of an account of its own. */
async function dreamer(world: World): Promise<{ key: string; name: string; path: { worker_id: string } }> {
  const { key } = await world.account();
  const offer = imageOffer(world, modelOf(world));
  await world.do('POST /generate/pop', { key, body: offer });
  const found = await world.do('GET /workers/name/{worker_name}', { path: { worker_name: offer.name } });
  return { key, name: offer.name, path: { worker_id: String(found['id']) } };
}

const change = (body: object, like: object) => ({
  says: `the owner sends ${JSON.stringify(body)}`,
  call: async (world: World) => {
    const { key, path } = await dreamer(world);
    return { key, path, body };
  },
  expect: { status: 200, like },
});
const refused = (as: 'plain' | 'moderator', body: object, status: number, rc: string) => ({
  says: `${rc}: ${as} sends ${JSON.stringify(body)}`,
  call: async (world: World) => ({ as, path: (await dreamer(world)).path, body }),
  expect: refusal(status, rc),
});

/** Workers (`api.md` 5.8). */
export const workers: readonly OperationSpec[] = [
  {
    operation: 'GET /workers',
    sample: async (world) => {
      await dreamer(world);
      return { query: { type: 'image' } };
    },
    success: { status: 200, has: imageKeys },
    extras: [
      {
        says: 'knows no other kind',
        call: () => ({ query: { type: 'other' } }),
        expect: { status: 200, like: [] },
      },
      {
        says: 'finds a worker by its name, whatever the case',
        call: async (world) => ({ query: { name: (await dreamer(world)).name.toUpperCase() } }),
        expect: { status: 200, like: [{ type: 'image', online: true }] },
      },
    ],
  },
  {
    operation: 'GET /workers/{worker_id}',
    sample: async (world) => ({ path: (await dreamer(world)).path }),
    success: { status: 200, has: imageKeys, lacks: ['suspicious', 'paused'] },
    refused: {
      moderator: { status: 200, has: [...imageKeys, 'paused', 'suspicious', 'ipaddr', 'owner'] },
      admin: { status: 200, has: [...imageKeys, 'paused', 'suspicious'] },
    },
    unknown: { worker_id: unknownWorker },
  },
  {
    operation: 'GET /workers/name/{worker_name}',
    sample: async (world) => ({ path: { worker_name: (await dreamer(world)).name } }),
    success: { status: 200, has: publicKeys },
    unknown: { worker_name: unknownWorker },
  },
  {
    operation: 'PUT /workers/{worker_id}',
    sample: async (world) => ({ ...(await dreamer(world)), body: { info: 'about me' } }),
    success: { status: 200, like: { info: 'about me' } },
    refused: { nobody: noKey, stranger: wrongKey, anonymous: notOwner, plain: notOwner, trusted: notOwner },
    unknown: { worker_id: unknownWorker },
    extras: [
      change({ maintenance: true }, { maintenance: true }),
      change({ name: 'Renamed worker' }, { name: 'Renamed worker' }),
      {
        says: 'a moderator pauses',
        call: async (world) => ({
          as: 'moderator',
          path: (await dreamer(world)).path,
          body: { paused: true },
        }),
        expect: { status: 200, like: { paused: true } },
      },
      {
        says: 'the owner may not pause',
        call: async (world) => ({ ...(await dreamer(world)), body: { paused: true } }),
        expect: notModerator,
      },
      {
        says: 'no two workers have one name',
        call: async (world) => ({ ...(await dreamer(world)), body: { name: (await dreamer(world)).name } }),
        expect: refusal(400, 'WorkerNameAlreadyExists'),
      },
      refused('plain', { name: 'Another name' }, 403, 'NotModerator'),
      refused('moderator', {}, 400, 'NoWorkerModSelected'),
      refused('moderator', { team: '00000000-0000-4000-8000-000000000000' }, 404, 'TeamNotFound'),
    ],
  },
  {
    operation: 'DELETE /workers/{worker_id}',
    sample: dreamer,
    success: { status: 200, has: ['deleted_id', 'deleted_name'] },
    refused: {
      nobody: missingKey,
      stranger: wrongKey,
      anonymous: notModerator,
      plain: notModerator,
      trusted: notModerator,
    },
    unknown: { worker_id: unknownWorker },
  },
];
