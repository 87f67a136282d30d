import { imageOffer, modelOf } from '../scenes.ts';
import { noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';

const modelKeys = ['name', 'count', 'performance', 'queued', 'jobs', 'eta', 'type'];
const notModerator = refusal(403, 'NotModerator');
const periods = ['minute', 'hour', 'day', 'month', 'total'];
const badState = {
  says: 'refuses another state of models',
  call: () => ({ query: { model_state: 'other' } }),
  expect: refusal(400, 'BadRequest'),
};

const documents: readonly OperationSpec[] = ['terms', 'privacy', 'sponsors'].map((name) => ({
  operation: `GET /documents/${name}`,
  sample: () => ({}),
  success: { status: 200, has: ['html'], lacks: ['markdown'] },
  extras: [
    {
      says: 'has it as markdown',
      call: () => ({ query: { format: 'markdown' } }),
      expect: { status: 200, has: ['markdown'], lacks: ['html'] },
    },
    {
      says: 'refuses another format',
      call: () => ({ query: { format: 'pdf' } }),
      expect: refusal(400, 'BadRequest'),
    },
  ],
}));

const stats: readonly OperationSpec[] = [
  {
    operation: 'GET /stats/img/totals',
    sample: () => ({}),
    success: { status: 200, has: periods, like: { total: { images: isCount, ps: isCount } } },
  },
  {
    operation: 'GET /stats/img/models',
    sample: () => ({ query: { model_state: 'all' } }),
    success: { status: 200, has: ['day', 'month', 'total'] },
    extras: [badState],
  },
  {
    operation: 'GET /stats/text/totals',
    sample: () => ({}),
    success: { status: 200, has: periods, like: { total: { requests: isCount, tokens: isCount } } },
  },
  {
    operation: 'GET /stats/text/models',
    sample: () => ({}),
    success: { status: 200, has: ['day', 'month', 'total'] },
  },
];

function isCount(value: unknown): boolean {
  return Number.isInteger(value);
}

/** Status, statistics and documents (`api.md` 5.10, 5.14, 5.15). */
export const status: readonly OperationSpec[] = [
  {
    operation: 'GET /status/heartbeat',
    sample: () => ({}),
    success: { status: 200, has: ['message', 'version'], like: { message: 'OK', db_connection: true } },
  },
  {
    operation: 'GET /status/performance',
    sample: () => ({}),
    success: {
      status: 200,
      has: [
        'queued_requests',
        'queued_text_requests',
        'worker_count',
        'text_worker_count',
        'thread_count',
        'text_thread_count',
        'queued_megapixelsteps',
        'past_minute_megapixelsteps',
        'queued_forms',
        'interrogator_count',
        'interrogator_thread_count',
        'queued_tokens',
        'past_minute_tokens',
      ],
    },
  },
  {
    operation: 'GET /status/models',
    sample: async (world) => {
      const { key } = await world.account();
      await world.do('POST /generate/pop', { key, body: imageOffer(world, modelOf(world)) });
      return { query: { min_count: 1 } };
    },
    success: { status: 200, has: modelKeys },
    extras: [
      badState,
      { says: 'knows text models', call: () => ({ query: { type: 'text' } }), expect: { status: 200 } },
    ],
  },
  {
    operation: 'GET /status/models/{model_name}',
    sample: async (world) => {
      const { key } = await world.account();
      const offer = imageOffer(world, modelOf(world));
      await world.do('POST /generate/pop', { key, body: offer });
      return { path: { model_name: String(offer.models[0]) } };
    },
    success: { status: 200, has: modelKeys, like: [{ count: 1 }] },
    unknown: { model_name: { status: 200, like: [] } },
  },
  { operation: 'GET /status/news', sample: () => ({}), success: { status: 200 } },
  {
    operation: 'GET /status/modes',
    sample: () => ({}),
    success: { status: 200, has: ['maintenance_mode', 'invite_only_mode'], lacks: ['raid_mode'] },
    refused: {
      stranger: wrongKey,
      moderator: { status: 200, has: ['raid_mode'] },
      admin: { status: 200, has: ['raid_mode'] },
    },
  },
  {
    operation: 'PUT /status/modes',
    sample: () => ({ as: 'moderator', body: { invite_only_mode: false } }),
    success: { status: 200, like: { invite_only_mode: false } },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: notModerator,
      plain: notModerator,
      trusted: notModerator,
    },
    extras: [
      {
        says: 'leaves the maintenance mode to admins',
        call: () => ({ as: 'moderator', body: { maintenance_mode: false } }),
        expect: refusal(403, 'NotAdmin'),
      },
      {
        says: 'refuses a change of nothing',
        call: () => ({ as: 'moderator', body: {} }),
        expect: refusal(400, 'NoHordeModSelected'),
      },
    ],
  },
  ...stats,
  ...documents,
];
