import { imageBody, imageJob, imageOffer, imageRequest, modelOf, smallPicture } from '../scenes.ts';
import { atLeastOne, type Expected, noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

const statusKeys = [
  'finished',
  'processing',
  'restarted',
  'waiting',
  'done',
  'faulted',
  'wait_time',
  'queue_position',
  'kudos',
  'is_possible',
];
const unknownRequest = refusal(404, 'RequestNotFound');
const params = { width: 64, height: 64, steps: 1 };

/** A refusal of the rules of an image request (`api.md` 5.1, rows 3 to 31). */
const refused = (
  says: string,
  status: number,
  rc: string,
  body: object,
  as: 'plain' | 'trusted' = 'plain',
) => ({
  says: `${rc}: ${says}`,
  call: (world: World) => ({ as, body: { ...imageBody(modelOf(world)), ...body } }),
  expect: refusal(status, rc),
});

const misshapen = (path: string, body: object) => ({
  says: `refuses ${JSON.stringify(body)}`,
  call: (world: World) => ({ as: 'plain' as const, body: { ...imageBody(modelOf(world)), ...body } }),
  expect: { status: 400, errors: [path] },
});

const onlyOwner: Expected = refusal(403, 'WrongCredentials');

/** Image requests and image workers (`api.md` 5.1). */
export const images: readonly OperationSpec[] = [
  {
    operation: 'POST /generate/async',
    sample: (world) => ({ as: 'plain', body: imageBody(modelOf(world)) }),
    success: { status: 202, has: ['id', 'kudos', 'message', 'warnings'] },
    refused: { nobody: noKey, stranger: wrongKey, deleted: refusal(403, 'DeletedUser') },
    extras: [
      {
        says: 'a dry run tells the price alone',
        call: (world) => ({ as: 'plain', body: { ...imageBody(modelOf(world)), dry_run: true } }),
        expect: { status: 200, has: ['kudos'], lacks: ['id', 'message'] },
      },
      {
        says: 'is quiet when a worker can do it',
        call: async (world) => {
          const model = modelOf(world);
          await world.do('POST /generate/pop', { as: 'other', body: imageOffer(world, model) });
          return { as: 'plain', body: imageBody(model) };
        },
        expect: { status: 202, has: ['id', 'kudos'], lacks: ['message'] },
      },
      misshapen('prompt', { prompt: '' }),
      misshapen('params.width', { params: { ...params, width: 100 } }),
      misshapen('params.width', { params: { ...params, width: 32 } }),
      misshapen('params.height', { params: { ...params, height: 4096 } }),
      misshapen('params.steps', { params: { ...params, steps: 501 } }),
      misshapen('params.cfg_scale', { params: { ...params, cfg_scale: 101 } }),
      misshapen('params.n', { params: { ...params, n: 21 } }),
      misshapen('params.sampler_name', { params: { ...params, sampler_name: 'k_unknown' } }),
      misshapen('params.post_processing.0', { params: { ...params, post_processing: ['unknown'] } }),
      misshapen('params.seed', { params: { ...params, seed: 7 } }),
      misshapen('params.denoising_strength', { params: { ...params, denoising_strength: 0 } }),
      misshapen('source_processing', { source_processing: 'other' }),
      refused('no such style', 404, 'StyleNotFound', { style: 'no such style' }),
      refused('webhooks are off', 400, 'BadRequest', { webhook: 'https://hooks.example/yurt' }),
      refused('a worker that there is not', 404, 'WorkerNotFound', {
        workers: ['00000000-0000-4000-8000-000000000000'],
      }),
      refused('batching switched off by somebody untrusted', 400, 'RequiresTrust', {
        disable_batching: true,
        params: { ...params, n: 2 },
      }),
      {
        says: 'TooManyPrompts: more than may wait',
        call: async (world) => {
          const { key } = await world.account({ concurrency: 1 });
          return { key, body: { ...imageBody(modelOf(world)), params: { ...params, n: 2 } } };
        },
        expect: refusal(429, 'TooManyPrompts'),
      },
      refused('a mask without need', 400, 'SourceMaskUnnecessary', { source_mask: 'AAAA' }),
      refused('a control type without a picture', 400, 'ControlNetSourceMissing', {
        params: { ...params, control_type: 'canny' },
      }),
      refused('pictures by URL are off', 400, 'SourceImageUrlInvalid', {
        source_image: 'https://pictures.example/a.webp',
      }),
      refused('a picture that is none', 400, 'ImageValidationFailed', { source_image: 'bm8gcGljdHVyZQ==' }),
    ],
  },
  {
    operation: 'GET /generate/check/{id}',
    sample: async (world) => ({ path: { id: await imageRequest(world, modelOf(world)) } }),
    success: { status: 200, has: statusKeys, lacks: ['generations'], like: { waiting: 1, done: false } },
    unknown: { id: unknownRequest },
  },
  {
    operation: 'GET /generate/status/{id}',
    sample: async (world) => ({ path: { id: await imageRequest(world, modelOf(world)) } }),
    success: { status: 200, has: [...statusKeys, 'generations', 'shared'] },
    unknown: { id: unknownRequest },
    extras: [
      {
        says: 'has the picture of a finished job',
        call: async (world) => {
          const { requestId, jobId, owner } = await imageJob(world);
          const body = { id: jobId, generation: await smallPicture(), seed: 7 };
          await world.do('POST /generate/submit', { key: owner.key, body });
          return { path: { id: requestId } };
        },
        expect: {
          status: 200,
          like: { done: true, finished: 1, generations: [{ seed: '7', state: 'ok', censored: false }] },
        },
      },
    ],
  },
  {
    operation: 'DELETE /generate/status/{id}',
    sample: async (world) => ({ path: { id: await imageRequest(world, modelOf(world)) } }),
    success: { status: 200, has: [...statusKeys, 'generations'], like: { waiting: 0, done: true } },
    unknown: { id: unknownRequest },
  },
  {
    operation: 'POST /generate/rate/{id}',
    sample: async (world) => {
      const { requestId, jobId, owner } = await imageJob(world);
      const body = { id: jobId, generation: await smallPicture(), seed: 7 };
      await world.do('POST /generate/submit', { key: owner.key, body });
      return { path: { id: requestId }, body: { best: jobId } };
    },
    success: refusal(400, 'AestheticsNotPublic'),
    unknown: { id: unknownRequest },
    extras: [
      {
        says: 'refuses what is not finished',
        call: async (world) => ({ path: { id: await imageRequest(world, modelOf(world)) }, body: {} }),
        expect: refusal(400, 'AestheticsNotCompleted'),
      },
    ],
  },
  {
    operation: 'POST /generate/pop',
    sample: async (world) => {
      const model = modelOf(world);
      await imageRequest(world, model);
      const owner = await world.account();
      return { key: owner.key, body: imageOffer(world, model) };
    },
    success: {
      status: 200,
      has: ['payload', 'id', 'ids', 'model', 'ttl', 'r2_upload', 'r2_uploads', 'skipped', 'messages'],
    },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: refusal(403, 'AnonForbiddenWorker'),
      flagged: refusal(403, 'WorkerFlaggedMaintenance'),
      deleted: refusal(403, 'DeletedUser'),
    },
    extras: [
      {
        says: 'tells why nothing was handed out',
        call: async (world) => {
          const model = modelOf(world);
          await imageRequest(world, model, { params: { ...params, width: 512, height: 512 } });
          const owner = await world.account();
          return { key: owner.key, body: { ...imageOffer(world, model), max_pixels: 4096 } };
        },
        expect: { status: 200, like: { id: null, ids: [], skipped: { max_pixels: atLeastOne } } },
      },
      {
        says: 'refuses a worker of somebody else',
        call: async (world) => {
          const offer = imageOffer(world, modelOf(world));
          await world.do('POST /generate/pop', { as: 'plain', body: offer });
          return { as: 'other', body: offer };
        },
        expect: onlyOwner,
      },
      {
        says: 'refuses the name of a worker of another kind',
        call: async (world) => {
          const { name } = imageOffer(world, 'unused');
          await world.do('POST /generate/text/pop', { as: 'plain', body: { name, models: ['writer'] } });
          return { as: 'plain', body: { ...imageOffer(world, modelOf(world)), name } };
        },
        expect: refusal(400, 'PolymorphicNameConflict'),
      },
      {
        says: 'refuses priority names without a number',
        call: (world) => ({
          as: 'plain',
          body: { ...imageOffer(world, modelOf(world)), priority_usernames: ['somebody'] },
        }),
        expect: refusal(400, 'InvalidPriorityUsername'),
      },
      {
        says: 'refuses a worker without models',
        call: (world) => ({ as: 'plain', body: { ...imageOffer(world, 'unused'), models: [] } }),
        expect: refusal(400, 'BadRequest'),
      },
      {
        says: 'tells a worker in maintenance so when there is nothing for it',
        call: async (world) => {
          const owner = await world.account();
          const offer = imageOffer(world, modelOf(world));
          await world.do('POST /generate/pop', { key: owner.key, body: offer });
          const worker = await world.do('GET /workers/name/{worker_name}', {
            path: { worker_name: offer.name },
          });
          const path = { worker_id: String(worker['id']) };
          await world.do('PUT /workers/{worker_id}', { key: owner.key, path, body: { maintenance: true } });
          return { key: owner.key, body: offer };
        },
        expect: refusal(403, 'WorkerMaintenance'),
      },
    ],
  },
  {
    operation: 'POST /generate/submit',
    sample: async (world) => {
      const { jobId, owner } = await imageJob(world);
      return { key: owner.key, body: { id: jobId, generation: await smallPicture(), seed: 7 } };
    },
    success: { status: 200, has: ['reward'] },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: onlyOwner,
      plain: onlyOwner,
      trusted: onlyOwner,
      moderator: onlyOwner,
      admin: onlyOwner,
    },
    extras: [
      {
        says: 'refuses a job that there is not',
        call: () => ({
          as: 'plain',
          body: { id: '00000000-0000-4000-8000-000000000000', generation: 'R2', seed: 7 },
        }),
        expect: refusal(404, 'InvalidJobID'),
      },
      {
        says: 'refuses R2 where nothing was uploaded',
        call: async (world) => {
          const { jobId, owner } = await imageJob(world);
          return { key: owner.key, body: { id: jobId, generation: 'R2', seed: 7 } };
        },
        expect: refusal(400, 'ImageValidationFailed'),
      },
      {
        says: 'answers a repeat with the reward that was booked',
        call: async (world) => {
          const { jobId, owner } = await imageJob(world);
          const call = { key: owner.key, body: { id: jobId, generation: await smallPicture(), seed: 7 } };
          await world.do('POST /generate/submit', call);
          return call;
        },
        expect: { status: 200, has: ['reward'] },
      },
      {
        says: 'refuses another result for a job that is done',
        call: async (world) => {
          const { jobId, owner } = await imageJob(world);
          const body = { id: jobId, generation: await smallPicture(), seed: 7 };
          await world.do('POST /generate/submit', { key: owner.key, body });
          return { key: owner.key, body: { ...body, seed: 8 } };
        },
        expect: refusal(400, 'DuplicateGen'),
      },
      {
        says: 'takes a job back that a worker gives up, without pay',
        call: async (world) => {
          const { jobId, owner } = await imageJob(world);
          return { key: owner.key, body: { id: jobId, generation: 'faulted', state: 'faulted', seed: 7 } };
        },
        expect: { status: 200, like: { reward: 0 } },
      },
    ],
  },
];
