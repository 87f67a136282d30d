import { modelOf, textBody, textJob, textOffer, textRequest } from '../scenes.ts';
import { atLeastOne, noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
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
  'generations',
];
const unknownRequest = refusal(404, 'RequestNotFound');
const onlyOwner = refusal(403, 'WrongCredentials');
const params = { max_length: 16, max_context_length: 1024 };

const refused = (says: string, status: number, rc: string, body: object) => ({
  says: `${rc}: ${says}`,
  call: (world: World) => ({ as: 'plain' as const, body: { ...textBody(modelOf(world)), ...body } }),
  expect: refusal(status, rc),
});

const misshapen = (path: string, body: object) => ({
  says: `refuses ${JSON.stringify(body).slice(0, 100)}`,
  call: (world: World) => ({ as: 'plain' as const, body: { ...textBody(modelOf(world)), ...body } }),
  expect: { status: 400, errors: [path] },
});

/** Text requests and text workers (`api.md` 5.2). */
export const texts: readonly OperationSpec[] = [
  {
    operation: 'POST /generate/text/async',
    sample: (world) => ({ as: 'plain', body: textBody(modelOf(world)) }),
    success: { status: 202, has: ['id', 'kudos', 'message'], lacks: ['warnings'] },
    refused: { nobody: noKey, stranger: wrongKey, deleted: refusal(403, 'DeletedUser') },
    extras: [
      {
        says: 'a dry run tells the price alone',
        call: (world) => ({ as: 'plain', body: { ...textBody(modelOf(world)), dry_run: true } }),
        expect: { status: 200, has: ['kudos'], lacks: ['id', 'message'] },
      },
      misshapen('params.max_length', { params: { ...params, max_length: 8 } }),
      misshapen('params.max_context_length', { params: { ...params, max_context_length: 10 } }),
      misshapen('params.temperature', { params: { ...params, temperature: 6 } }),
      misshapen('params.n', { params: { ...params, n: 21 } }),
      refused('no prompt', 400, 'MissingPrompt', { prompt: '' }),
      refused('more to write than the context holds', 400, 'TokenOverflow', {
        params: { max_length: 512, max_context_length: 80 },
      }),
      refused('an order of samplers that is not whole', 400, 'MissingFullSamplerOrder', {
        params: { ...params, sampler_order: [0, 1] },
      }),
      refused('too many stop sequences', 400, 'TooManyStopSequences', {
        params: { ...params, stop_sequence: Array.from({ length: 129 }, (_, at) => `stop ${at}`) },
      }),
      refused('no such style', 404, 'StyleNotFound', { style: 'no such style' }),
      refused('webhooks are off', 400, 'BadRequest', { webhook: 'https://hooks.example/yurt' }),
    ],
  },
  {
    operation: 'GET /generate/text/status/{id}',
    sample: async (world) => ({ path: { id: await textRequest(world, modelOf(world)) } }),
    success: { status: 200, has: statusKeys, like: { waiting: 1, done: false, generations: [] } },
    unknown: { id: unknownRequest },
    extras: [
      {
        says: 'has the text of a finished job',
        call: async (world) => {
          const { requestId, jobId, owner } = await textJob(world);
          const body = { id: jobId, generation: 'there was a yurt.', seed: 7 };
          await world.do('POST /generate/text/submit', { key: owner.key, body });
          return { path: { id: requestId } };
        },
        expect: {
          status: 200,
          like: {
            done: true,
            finished: 1,
            generations: [{ text: 'there was a yurt.', seed: 7, state: 'ok' }],
          },
        },
      },
    ],
  },
  {
    operation: 'DELETE /generate/text/status/{id}',
    sample: async (world) => ({ path: { id: await textRequest(world, modelOf(world)) } }),
    success: { status: 200, has: statusKeys, like: { waiting: 0 } },
    unknown: { id: unknownRequest },
  },
  {
    operation: 'POST /generate/text/pop',
    sample: async (world) => {
      const model = modelOf(world);
      await textRequest(world, model);
      const owner = await world.account();
      return { key: owner.key, body: textOffer(world, model) };
    },
    success: {
      status: 200,
      has: ['payload', 'id', 'ids', 'model', 'ttl', 'softprompt', 'skipped', 'messages'],
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
        says: 'tells that it writes too little for what waits',
        call: async (world) => {
          const model = modelOf(world);
          await textRequest(world, model, { params: { max_length: 400, max_context_length: 2048 } });
          const owner = await world.account();
          return { key: owner.key, body: { ...textOffer(world, model), max_length: 80 } };
        },
        expect: { status: 200, like: { id: null, skipped: { max_length: atLeastOne } } },
      },
    ],
  },
  {
    operation: 'POST /generate/text/submit',
    sample: async (world) => {
      const { jobId, owner } = await textJob(world);
      return { key: owner.key, body: { id: jobId, generation: 'there was a yurt.', seed: 7 } };
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
          body: { id: '00000000-0000-4000-8000-000000000000', generation: 'text', seed: 7 },
        }),
        expect: refusal(404, 'InvalidJobID'),
      },
    ],
  },
];
