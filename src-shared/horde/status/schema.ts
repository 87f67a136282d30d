import { type Static, Type } from 'typebox';

/** `GET /status/heartbeat`: how this process is (`api.md` 5.10). */
export const Heartbeat = Type.Object(
  {
    message: Type.Enum(['OK', 'DOWN', 'OVERLOADED'], { type: 'string' }),
    version: Type.String(),
    queue: Type.Integer(),
    threads: Type.Integer(),
    active_count: Type.Integer(),
    db_connection: Type.Boolean(),
  },
  { $id: 'HordeHeartbeat' },
);
export type Heartbeat = Static<typeof Heartbeat>;

export const Performance = Type.Object(
  {
    queued_requests: Type.Integer(),
    queued_text_requests: Type.Integer(),
    queued_megapixelsteps: Type.Number(),
    queued_tokens: Type.Number(),
    queued_forms: Type.Number(),
    worker_count: Type.Integer(),
    thread_count: Type.Integer(),
    text_worker_count: Type.Integer(),
    text_thread_count: Type.Integer(),
    interrogator_count: Type.Integer(),
    interrogator_thread_count: Type.Integer(),
    past_minute_megapixelsteps: Type.Number(),
    past_minute_tokens: Type.Number(),
  },
  { $id: 'HordePerformance' },
);
export type Performance = Static<typeof Performance>;

/** A model that online workers offer or that requests wait for (`api.md` 3.11). */
export const ActiveModel = Type.Object(
  {
    name: Type.String(),
    count: Type.Integer({ description: 'Threads of online workers that offer it.' }),
    performance: Type.Number({ description: 'Pixelsteps or tokens a second over the last hour.' }),
    queued: Type.Number({ description: 'Pixelsteps or tokens that wait for it.' }),
    jobs: Type.Number(),
    eta: Type.Integer({ description: 'Seconds; 10000 when nobody serves it.' }),
    type: Type.Enum(['image', 'text'], { type: 'string' }),
  },
  { $id: 'ActiveModel' },
);
export type ActiveModel = Static<typeof ActiveModel>;

export const HordeModes = Type.Object(
  {
    maintenance_mode: Type.Boolean(),
    invite_only_mode: Type.Boolean(),
    raid_mode: Type.Optional(Type.Boolean()),
  },
  { $id: 'HordeModes' },
);
export type HordeModes = Static<typeof HordeModes>;

/** Body of `PUT /status/modes`: maintenance is for admins, the others for moderators. */
export const HordeModesInput = Type.Object(
  {
    maintenance_mode: Type.Optional(Type.Boolean()),
    invite_only_mode: Type.Optional(Type.Boolean()),
    raid_mode: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type HordeModesInput = Static<typeof HordeModesInput>;

/** The modes that a change changed. */
export const HordeModesPatch = Type.Partial(HordeModes);

/** Query of `GET /status/models`. */
export const ModelsQuery = Type.Object({
  type: Type.Optional(Type.Enum(['image', 'text'], { type: 'string', default: 'image' })),
  min_count: Type.Optional(Type.String({ pattern: '^-?[0-9]{1,9}$' })),
  max_count: Type.Optional(Type.String({ pattern: '^-?[0-9]{1,9}$' })),
  model_state: Type.Optional(Type.String({ description: 'all, known or custom; all by default.' })),
});

export const ModelPath = Type.Object({ model_name: Type.String() });
