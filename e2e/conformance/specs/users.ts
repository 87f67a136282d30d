import { type Expected, missingKey, noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

const publicKeys = [
  'username',
  'id',
  'kudos',
  'kudos_details',
  'concurrency',
  'worker_invited',
  'worker_count',
  'moderator',
  'trusted',
  'flagged',
  'service',
  'education',
  'customizer',
  'deleted',
  'pseudonymous',
  'account_age',
  'styles',
  'records',
];
const ownKeys = [...publicKeys, 'worker_ids', 'sharedkey_ids', 'vpn', 'special', 'active_generations'];
const staffKeys = [...publicKeys, 'evaluating_kudos', 'monthly_kudos', 'suspicious'];
const unknownUser = refusal(404, 'UserNotFound');
const notModerator = refusal(403, 'NotModerator');
const notAdmin = refusal(403, 'NotAdmin');

const fresh = async (world: World) => ({ user_id: (await world.account()).id });
const change = (says: string, as: 'moderator' | 'admin', body: object, like: object) => ({
  says: `${as} sets ${says}`,
  call: async (world: World) => ({ as, path: await fresh(world), body }),
  expect: { status: 200, like },
});
const refusedChange = (as: 'plain' | 'moderator', body: object, rc: string, status = 403) => ({
  says: `${as} may not send ${JSON.stringify(body)}`,
  call: async (world: World) => ({ as, path: await fresh(world), body }),
  expect: refusal(status, rc),
});
const ownChange = (says: string, body: object, expect: Expected) => ({
  says,
  call: async (world: World) => {
    const { id, key } = await world.account();
    return { key, path: { user_id: id }, body };
  },
  expect,
});

/** Accounts (`api.md` 5.6). */
export const users: readonly OperationSpec[] = [
  {
    operation: 'GET /users',
    sample: () => ({}),
    success: { status: 200, has: publicKeys },
    extras: [
      { says: 'sorts by age', call: () => ({ query: { sort: 'age' } }), expect: { status: 200 } },
      { says: 'has pages', call: () => ({ query: { page: 10_001 } }), expect: { status: 200, like: [] } },
      {
        says: 'refuses a page that is no number',
        call: () => ({ query: { page: 'two' } }),
        expect: { status: 400, errors: ['page'] },
      },
    ],
  },
  {
    operation: 'GET /users/{user_id}',
    sample: async (world) => ({ path: await fresh(world) }),
    success: { status: 200, has: publicKeys },
    refused: {
      stranger: wrongKey,
      moderator: { status: 200, has: staffKeys },
      plain: { status: 200, has: publicKeys, lacks: ['sharedkey_ids', 'suspicious', 'evaluating_kudos'] },
    },
    unknown: { user_id: unknownUser },
    extras: [
      {
        says: 'shows more to the account itself',
        call: (world) => ({ as: 'plain', path: { user_id: world.accounts.plain.id } }),
        expect: { status: 200, has: ownKeys, lacks: ['suspicious', 'evaluating_kudos'] },
      },
    ],
  },
  {
    operation: 'PUT /users/{user_id}',
    sample: async (world) => ({ as: 'moderator', path: await fresh(world), body: { worker_invited: 4 } }),
    success: { status: 200, like: { worker_invited: 4 } },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: notModerator,
      plain: notModerator,
      trusted: notModerator,
    },
    unknown: { user_id: unknownUser },
    extras: [
      change('kudos', 'admin', { kudos: 100 }, { new_kudos: (value: unknown) => Number(value) > 100 }),
      change('monthly kudos', 'admin', { monthly_kudos: 10 }, { monthly_kudos: 10 }),
      change('a moderator', 'admin', { moderator: true }, { moderator: true }),
      change('the concurrency', 'moderator', { concurrency: 7 }, { concurrency: 7 }),
      change('trust', 'moderator', { trusted: true }, { trusted: true }),
      change('a flag', 'moderator', { flagged: true }, { flagged: true }),
      change('a customizer', 'moderator', { customizer: true }, { customizer: true }),
      change('a service account', 'moderator', { service: true }, { service: true }),
      change('an education account', 'moderator', { education: true }, { education: true, concurrency: 500 }),
      change('the suspicion back', 'moderator', { reset_suspicion: true }, { new_suspicion: 0 }),
      change('a comment', 'moderator', { admin_comment: 'a comment' }, { admin_comment: 'a comment' }),
      refusedChange('moderator', { kudos: 1 }, 'NotAdmin'),
      refusedChange('moderator', { monthly_kudos: 1 }, 'NotAdmin'),
      refusedChange('moderator', { moderator: true }, 'NotAdmin'),
      refusedChange('plain', { trusted: true }, 'NotModerator'),
      refusedChange('plain', { public_workers: true }, 'NotModerator'),
      refusedChange('moderator', {}, 'NoUserModSelected', 400),
      refusedChange('moderator', { undelete: true }, 'UserNotDeleted', 400),
      ownChange(
        'the account names itself anew',
        { username: 'Another name' },
        { status: 200, like: { username: 'Another name' } },
      ),
      ownChange(
        'the account shows its workers',
        { public_workers: true },
        { status: 200, like: { public_workers: true } },
      ),
      ownChange(
        'the account leaves a contact',
        { contact: 'by post' },
        { status: 200, like: { contact: 'by post' } },
      ),
      ownChange(
        'a passkey is for service accounts',
        { generate_proxy_passkey: true },
        refusal(403, 'NonServiceForbidden'),
      ),
      {
        says: 'the anonymous account cannot be changed by itself',
        call: () => ({ as: 'anonymous', path: { user_id: 0 }, body: { username: 'Somebody' } }),
        expect: refusal(403, 'AnonForbiddenUserMod'),
      },
      {
        says: 'a deleted account comes back',
        call: async (world) => {
          const { id, key } = await world.account();
          await world.do('DELETE /users/{user_id}', { key, path: { user_id: id } });
          return { key, path: { user_id: id }, body: { undelete: true } };
        },
        expect: { status: 200, like: { undeleted: true } },
      },
      {
        says: 'refuses all where one field is refused',
        call: async (world) => ({
          as: 'moderator',
          path: await fresh(world),
          body: { trusted: true, kudos: 5 },
        }),
        expect: notAdmin,
      },
    ],
  },
  {
    operation: 'DELETE /users/{user_id}',
    sample: async (world) => ({ as: 'moderator', path: await fresh(world) }),
    success: { status: 200, like: { message: 'OK' } },
    refused: {
      nobody: missingKey,
      stranger: wrongKey,
      anonymous: refusal(403, 'AnonForbiddenUser'),
      plain: refusal(403, 'NotUserOrMod'),
      trusted: refusal(403, 'NotUserOrMod'),
    },
    unknown: { user_id: unknownUser },
    extras: [
      {
        says: 'is not for moderators to suffer',
        call: async (world) => ({
          as: 'moderator',
          path: { user_id: (await world.account({ moderator: true })).id },
        }),
        expect: refusal(403, 'CannotDeleteMod'),
      },
      {
        says: 'wipes nothing before its time',
        call: async (world) => {
          const path = await fresh(world);
          await world.do('DELETE /users/{user_id}', { as: 'moderator', path });
          return { as: 'moderator', path };
        },
        expect: refusal(403, 'CannotWipeActiveUser'),
      },
    ],
  },
  {
    operation: 'GET /find_user',
    sample: () => ({ as: 'plain' }),
    success: { status: 200, has: ownKeys },
    refused: { nobody: wrongKey, stranger: unknownUser, deleted: { status: 200, like: { deleted: true } } },
    extras: [
      {
        says: 'shows the owner of a shared key to who has it',
        call: async (world) => {
          const shared = await world.do('PUT /sharedkeys', {
            as: 'trusted',
            body: { name: world.name('key') },
          });
          return { key: String(shared['id']) };
        },
        expect: { status: 200, has: publicKeys, lacks: ['sharedkey_ids'] },
      },
    ],
  },
];
