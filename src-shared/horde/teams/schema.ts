import { type Static, Type } from 'typebox';
import { workerKinds } from '../workers/profile.ts';

const dropUnknown = { additionalProperties: false } as const;
const name = Type.String({ minLength: 3, maxLength: 100 });
const info = Type.Optional(Type.String({ minLength: 3, maxLength: 1000 }));

/** Body of `POST /teams` (`api.md` 5.11). */
export const CreateTeamInput = Type.Object({ name, info }, { $id: 'CreateTeamInput', ...dropUnknown });
export type CreateTeamInput = Static<typeof CreateTeamInput>;

/** Body of `PATCH /teams/{team_id}`: what is not sent stays. */
export const ModifyTeamInput = Type.Object(
  { name: Type.Optional(name), info },
  { $id: 'ModifyTeamInput', ...dropUnknown },
);
export type ModifyTeamInput = Static<typeof ModifyTeamInput>;

/** What was made or changed. */
export const ModifyTeam = Type.Object(
  { id: Type.String(), name: Type.Optional(Type.String()), info: Type.Optional(Type.String()) },
  { $id: 'ModifyTeam' },
);
export type ModifyTeam = Static<typeof ModifyTeam>;

export const DeletedTeam = Type.Object(
  { deleted_id: Type.String(), deleted_name: Type.String() },
  { $id: 'DeletedTeam' },
);
export type DeletedTeam = Static<typeof DeletedTeam>;

export const TeamWorker = Type.Object(
  {
    type: Type.Enum([...workerKinds], { type: 'string' }),
    name: Type.String(),
    id: Type.String(),
    online: Type.Boolean(),
  },
  { $id: 'WorkerDetailsLite' },
);
export type TeamWorker = Static<typeof TeamWorker>;

/** A team as the API shows it (`api.md` 3.6). */
export const TeamDetails = Type.Object(
  {
    name: Type.String(),
    id: Type.String(),
    info: Type.Optional(Type.String()),
    requests_fulfilled: Type.Integer(),
    kudos: Type.Number(),
    uptime: Type.Integer({ description: 'Seconds that workers were online as members.' }),
    creator: Type.String({ description: 'The owner, as name#id.' }),
    worker_count: Type.Integer(),
    workers: Type.Array(TeamWorker),
    models: Type.Array(
      Type.Object(
        { name: Type.String(), count: Type.Integer({ description: 'Workers of the team that offer it.' }) },
        { $id: 'ActiveModelLite' },
      ),
    ),
  },
  { $id: 'TeamDetails' },
);
export type TeamDetails = Static<typeof TeamDetails>;

export const TeamPath = Type.Object({ team_id: Type.String() });
