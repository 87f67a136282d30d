import { type Static, Type } from 'typebox';
import { workerKinds } from './profile.ts';

/** What an alchemist sends with a pop, as far as its check-in reads it (`api.md` 4.8). */
export interface AlchemyOffer {
  readonly name: string;
  readonly forms?: readonly string[] | undefined;
  readonly bridge_agent?: string | undefined;
  readonly threads?: number | undefined;
  readonly max_tiles?: number | undefined;
}

const nullable = {
  string: Type.Union([Type.String(), Type.Null()]),
  number: Type.Union([Type.Number(), Type.Null()]),
};

export const WorkerKudosDetails = Type.Object(
  { generated: nullable.number, uptime: nullable.number },
  { $id: 'WorkerKudosDetails' },
);

export const WorkerTeam = Type.Object(
  { name: nullable.string, id: nullable.string },
  { $id: 'TeamDetailsLite' },
);

/** A message that waits for a worker, as its owner sees it. */
export const WorkerMessage = Type.Object(
  {
    worker_id: Type.Optional(Type.String()),
    user_id: Type.Optional(Type.String()),
    message: Type.String(),
    origin: Type.Optional(Type.String()),
    created: Type.Optional(Type.String()),
    expiry: Type.Optional(Type.String()),
  },
  { $id: 'WorkerDetailsMessage' },
);
export type WorkerMessage = Static<typeof WorkerMessage>;

const imageWorkerFields = {
  max_pixels: Type.Optional(Type.Integer()),
  megapixelsteps_generated: Type.Optional(Type.Number()),
  img2img: Type.Optional(Type.Boolean()),
  painting: Type.Optional(Type.Boolean()),
  'post-processing': Type.Optional(Type.Boolean()),
  lora: Type.Optional(Type.Boolean()),
  controlnet: Type.Optional(Type.Boolean()),
  sdxl_controlnet: Type.Optional(Type.Boolean()),
} as const;

/** A worker as the API shows it (`api.md` 3.4); absent keys are left out. */
export const WorkerDetails = Type.Object(
  {
    type: Type.Enum([...workerKinds], { type: 'string' }),
    name: Type.String(),
    id: Type.String(),
    online: Type.Boolean(),
    requests_fulfilled: Type.Integer(),
    uncompleted_jobs: Type.Integer(),
    kudos_rewards: Type.Number(),
    kudos_details: WorkerKudosDetails,
    performance: Type.String(),
    threads: Type.Integer(),
    uptime: Type.Integer(),
    maintenance_mode: Type.Boolean(),
    info: Type.Optional(Type.String()),
    nsfw: Type.Boolean(),
    trusted: Type.Boolean(),
    flagged: Type.Boolean(),
    team: WorkerTeam,
    bridge_agent: Type.String(),
    models: Type.Optional(Type.Array(Type.String(), { description: 'Of image and text workers.' })),
    forms: Type.Optional(Type.Array(Type.String(), { description: 'Of interrogation workers.' })),
    ...imageWorkerFields,
    max_length: Type.Optional(Type.Integer()),
    max_context_length: Type.Optional(Type.Integer()),
    tokens_generated: Type.Optional(Type.Number()),
    owner: Type.Optional(Type.String()),
    messages: Type.Optional(Type.Array(WorkerMessage)),
    ipaddr: Type.Optional(Type.String()),
    contact: Type.Optional(Type.String()),
    paused: Type.Optional(Type.Boolean()),
    suspicious: Type.Optional(Type.Integer()),
  },
  { $id: 'WorkerDetails' },
);
export type WorkerDetails = Static<typeof WorkerDetails>;

/** Body of `PUT /workers/{worker_id}` (`api.md` 5.8). */
export const ModifyWorkerInput = Type.Object(
  {
    maintenance: Type.Optional(Type.Boolean()),
    maintenance_msg: Type.Optional(Type.String()),
    info: Type.Optional(Type.String({ maxLength: 1000 })),
    paused: Type.Optional(Type.Boolean()),
    name: Type.Optional(Type.String({ minLength: 5, maxLength: 100 })),
    team: Type.Optional(Type.String({ maxLength: 36, description: 'A team to join; empty to leave.' })),
  },
  { $id: 'ModifyWorkerInput', additionalProperties: false },
);
export type ModifyWorkerInput = Static<typeof ModifyWorkerInput>;

/** What a change really changed. */
export const ModifyWorker = Type.Object(
  {
    maintenance: Type.Optional(Type.Boolean()),
    info: Type.Optional(Type.String()),
    paused: Type.Optional(Type.Boolean()),
    name: Type.Optional(Type.String()),
    team: Type.Optional(Type.String()),
  },
  { $id: 'ModifyWorker' },
);
export type ModifyWorker = Static<typeof ModifyWorker>;

export const DeletedWorker = Type.Object(
  { deleted_id: Type.String(), deleted_name: Type.String() },
  { $id: 'DeletedWorker' },
);
export type DeletedWorker = Static<typeof DeletedWorker>;

export const WorkerPath = Type.Object({ worker_id: Type.String() });
export const WorkerQuery = Type.Object({
  type: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
});
