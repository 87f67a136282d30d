import { imageOffer, modelOf } from '../scenes.ts';
import { type Expected, noKey, type OperationSpec, refusal, type Who, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

const forStaff: Partial<Record<Who, Expected>> = {
  nobody: noKey,
  stranger: wrongKey,
  anonymous: refusal(403, 'NotModerator'),
  plain: refusal(403, 'NotModerator'),
  trusted: refusal(403, 'NotModerator'),
};
const ok: Expected = { status: 200, like: { message: 'OK' } };
const unknownFilter = refusal(404, 'FilterNotFound');
const unknownWorker = refusal(404, 'WorkerNotFound');
const filterKeys = ['id', 'regex', 'filter_type'];

/** Addresses for documentation, a new one every time. */
let addresses = 0;
const address = (): string => {
  addresses += 1;
  return `203.0.113.${(addresses % 250) + 1}`;
};

async function filter(world: World): Promise<{ filter_id: string }> {
  const body = { regex: world.name('word'), filter_type: 10, description: 'of a test' };
  const made = await world.do('PUT /filters', { as: 'moderator', body });
  return { filter_id: String(made['id']) };
}

async function workerPath(world: World): Promise<{ worker_id: string }> {
  const { key } = await world.account();
  const offer = imageOffer(world, modelOf(world));
  await world.do('POST /generate/pop', { key, body: offer });
  const found = await world.do('GET /workers/name/{worker_name}', { path: { worker_name: offer.name } });
  return { worker_id: String(found['id']) };
}

const badAddress = (operation: string, body: object) => ({
  says: `refuses ${JSON.stringify(body)} as an address`,
  call: () => ({
    as: 'moderator' as const,
    ...(operation.startsWith('GET') ? { path: body as never } : { body }),
  }),
  expect: refusal(400, 'BadRequest'),
});

/** Addresses and prompt filters (`api.md` 5.12, 5.13). */
export const moderation: readonly OperationSpec[] = [
  {
    operation: 'GET /operations/ipaddr',
    sample: async (world) => {
      await world.do('POST /operations/ipaddr', {
        as: 'moderator',
        body: { ipaddr: '198.51.100.0/24', hours: 1 },
      });
      return { as: 'moderator' };
    },
    success: { status: 200, has: ['ipaddr', 'seconds'] },
    refused: forStaff,
  },
  {
    operation: 'POST /operations/ipaddr',
    sample: () => ({ as: 'moderator', body: { ipaddr: address(), hours: 1 } }),
    success: ok,
    refused: forStaff,
    extras: [
      badAddress('POST', { ipaddr: 'not an address', hours: 1 }),
      badAddress('POST', { ipaddr: '203.0.113.1/99', hours: 1 }),
      {
        says: 'takes a block',
        call: () => ({ as: 'moderator', body: { ipaddr: '2001:db8::/48', hours: 1 } }),
        expect: ok,
      },
      {
        says: 'refuses more than a month',
        call: () => ({ as: 'moderator', body: { ipaddr: address(), hours: 721 } }),
        expect: { status: 400, errors: ['hours'] },
      },
    ],
  },
  {
    operation: 'DELETE /operations/ipaddr',
    sample: async (world) => {
      const ipaddr = address();
      await world.do('POST /operations/ipaddr', { as: 'moderator', body: { ipaddr, hours: 1 } });
      return { as: 'moderator', body: { ipaddr } };
    },
    success: ok,
    refused: forStaff,
    extras: [badAddress('DELETE', { ipaddr: 'not an address' })],
  },
  {
    operation: 'GET /operations/ipaddr/{ipaddr}',
    sample: async (world) => {
      const ipaddr = address();
      await world.do('POST /operations/ipaddr', { as: 'moderator', body: { ipaddr, hours: 1 } });
      return { as: 'moderator', path: { ipaddr } };
    },
    success: { status: 200, has: ['ipaddr', 'seconds'] },
    refused: forStaff,
    extras: [badAddress('GET', { ipaddr: 'not an address' })],
  },
  {
    operation: 'PUT /operations/block_worker_ipaddr/{worker_id}',
    sample: async (world) => ({ as: 'moderator', path: await workerPath(world), body: { days: 1 } }),
    // All of this world calls from one computer: a block would lock out the moderator as well.
    success: refusal(400, 'BlockWouldLockOut'),
    refused: forStaff,
    unknown: { worker_id: unknownWorker },
    extras: [
      {
        says: 'refuses more than 30 days',
        call: async (world) => ({ as: 'moderator', path: await workerPath(world), body: { days: 31 } }),
        expect: { status: 400, errors: ['days'] },
      },
    ],
  },
  {
    operation: 'DELETE /operations/block_worker_ipaddr/{worker_id}',
    sample: async (world) => ({ as: 'moderator', path: await workerPath(world) }),
    success: ok,
    refused: forStaff,
    unknown: { worker_id: unknownWorker },
  },
  {
    operation: 'GET /filters',
    sample: async (world) => {
      await filter(world);
      return { as: 'moderator', query: { filter_type: 10 } };
    },
    success: { status: 200, has: filterKeys },
    refused: forStaff,
  },
  {
    operation: 'PUT /filters',
    sample: (world) => ({ as: 'moderator', body: { regex: world.name('word'), filter_type: 20 } }),
    success: { status: 200, has: filterKeys },
    refused: forStaff,
    extras: [
      {
        says: 'refuses a type that there is not',
        call: () => ({ as: 'moderator', body: { regex: 'word', filter_type: 9 } }),
        expect: { status: 400, errors: ['filter_type'] },
      },
      {
        says: 'refuses a pattern that takes for ever',
        call: () => ({ as: 'moderator', body: { regex: '(a+)+$', filter_type: 10 } }),
        expect: refusal(400, 'InvalidFilter'),
      },
      {
        says: 'refuses what is no pattern',
        call: () => ({ as: 'moderator', body: { regex: '(', filter_type: 10 } }),
        expect: refusal(400, 'InvalidFilter'),
      },
    ],
  },
  {
    operation: 'POST /filters',
    sample: () => ({ as: 'moderator', body: { prompt: 'a lighthouse by the sea' } }),
    success: { status: 200, has: ['suspicion', 'matches'], like: { suspicion: '0' } },
    refused: forStaff,
    extras: [
      {
        says: 'names what is missing',
        call: () => ({ as: 'moderator', body: {} }),
        expect: { status: 400, errors: ['prompt'] },
      },
    ],
  },
  {
    operation: 'GET /filters/regex',
    sample: () => ({ as: 'moderator' }),
    success: { status: 200, has: ['filter_type', 'regex'] },
    refused: forStaff,
  },
  {
    operation: 'GET /filters/{filter_id}',
    sample: async (world) => ({ as: 'moderator', path: await filter(world) }),
    success: { status: 200, has: filterKeys },
    refused: forStaff,
    unknown: { filter_id: unknownFilter },
  },
  {
    operation: 'PATCH /filters/{filter_id}',
    sample: async (world) => ({
      as: 'moderator',
      path: await filter(world),
      body: { description: 'another' },
    }),
    success: { status: 200, has: filterKeys, like: { description: 'another' } },
    refused: forStaff,
    unknown: { filter_id: unknownFilter },
    extras: [
      {
        says: 'refuses a change of nothing',
        call: async (world) => ({ as: 'moderator', path: await filter(world), body: {} }),
        expect: refusal(400, 'NoFilterModSelected'),
      },
    ],
  },
  {
    operation: 'DELETE /filters/{filter_id}',
    sample: async (world) => ({ as: 'moderator', path: await filter(world) }),
    success: ok,
    refused: forStaff,
    unknown: { filter_id: unknownFilter },
  },
];
