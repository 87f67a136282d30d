import { missingKey, noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

const keys = [
  'id',
  'name',
  'requests_fulfilled',
  'kudos',
  'uptime',
  'creator',
  'worker_count',
  'workers',
  'models',
];
const unknownTeam = refusal(404, 'TeamNotFound');
const notModerator = refusal(403, 'NotModerator');
const notOwner = refusal(403, 'NotOwner');

async function team(world: World): Promise<{ key: string; name: string; path: { team_id: string } }> {
  const { key } = await world.account({ trusted: true });
  const name = world.name('team');
  const made = await world.do('POST /teams', { key, body: { name, info: 'about us' } });
  return { key, name, path: { team_id: String(made['id']) } };
}

/** Teams (`api.md` 5.11). */
export const teams: readonly OperationSpec[] = [
  {
    operation: 'GET /teams',
    sample: async (world) => {
      await team(world);
      return {};
    },
    success: { status: 200, has: keys },
  },
  {
    operation: 'POST /teams',
    sample: (world) => ({ as: 'trusted', body: { name: world.name('team'), info: 'about us' } }),
    success: { status: 200, has: ['id', 'name', 'info'] },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: refusal(403, 'AnonForbidden'),
      plain: refusal(403, 'UntrustedTeamCreation'),
      deleted: refusal(403, 'DeletedUser'),
    },
    extras: [
      {
        says: 'refuses a name that is taken',
        call: async (world) => ({ as: 'trusted', body: { name: (await team(world)).name } }),
        expect: refusal(400, 'TeamNameAlreadyExists'),
      },
      {
        says: 'refuses a short name',
        call: () => ({ as: 'trusted', body: { name: 'ab' } }),
        expect: { status: 400, errors: ['name'] },
      },
    ],
  },
  {
    operation: 'GET /teams/{team_id}',
    sample: async (world) => ({ path: (await team(world)).path }),
    success: { status: 200, has: keys },
    refused: { stranger: wrongKey },
    unknown: { team_id: unknownTeam },
  },
  {
    operation: 'PATCH /teams/{team_id}',
    sample: async (world) => ({ ...(await team(world)), body: { info: 'more about us' } }),
    success: { status: 200, like: { info: 'more about us' } },
    refused: {
      nobody: missingKey,
      stranger: wrongKey,
      anonymous: notOwner,
      plain: notOwner,
      trusted: notOwner,
    },
    unknown: { team_id: unknownTeam },
    extras: [
      {
        says: 'refuses a change of nothing',
        call: async (world) => ({ ...(await team(world)), body: {} }),
        expect: refusal(400, 'NoTeamModSelected'),
      },
      {
        says: 'lets nobody else rename it',
        call: async (world) => ({
          as: 'plain',
          path: (await team(world)).path,
          body: { name: world.name('team') },
        }),
        expect: notModerator,
      },
    ],
  },
  {
    operation: 'DELETE /teams/{team_id}',
    sample: team,
    success: { status: 200, has: ['deleted_id', 'deleted_name'] },
    refused: {
      nobody: missingKey,
      stranger: wrongKey,
      anonymous: notModerator,
      plain: notModerator,
      trusted: notModerator,
    },
    unknown: { team_id: unknownTeam },
  },
];
