import { type Static, Type } from 'typebox';
import { unknownAgent } from '../common/agent.ts';
import { sharedImageParams } from '../requests/schema.ts';
import { GenerationMetadata } from './metadata.ts';

const text = Type.String();
const count = Type.Integer();

/** What the pops of image and text workers have in common (`api.md` 4.8). */
export const commonPopInput = {
  name: Type.String(),
  priority_usernames: Type.Optional(Type.Array(text)),
  nsfw: Type.Optional(Type.Boolean({ default: true })),
  models: Type.Optional(Type.Array(Type.String({ minLength: 3, maxLength: 255 }))),
  bridge_agent: Type.Optional(Type.String({ maxLength: 1000, default: unknownAgent })),
  threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 1 })),
  require_upfront_kudos: Type.Optional(Type.Boolean({ default: false })),
  amount: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 1 })),
  extra_slow_worker: Type.Optional(Type.Boolean({ default: false })),
  blacklist: Type.Optional(Type.Array(text)),
  allow_unsafe_ipaddr: Type.Optional(Type.Boolean({ default: true })),
} as const;

/** Body of `POST /generate/pop` (`api.md` 4.8). Defaults shown are the ones that apply. */
export const PopInput = Type.Object(
  {
    ...commonPopInput,
    max_pixels: Type.Optional(Type.Integer({ default: 262144 })),
    allow_img2img: Type.Optional(Type.Boolean({ default: true })),
    allow_painting: Type.Optional(Type.Boolean({ default: true })),
    allow_post_processing: Type.Optional(Type.Boolean({ default: true })),
    allow_controlnet: Type.Optional(Type.Boolean({ default: false })),
    allow_sdxl_controlnet: Type.Optional(Type.Boolean({ default: false })),
    allow_lora: Type.Optional(Type.Boolean({ default: false })),
    limit_max_steps: Type.Optional(Type.Boolean({ default: false })),
  },
  { $id: 'PopInputStable', additionalProperties: false },
);
export type PopInput = Static<typeof PopInput>;

/** What a worker is asked to make. Without a job only the defaults of `api.md` 5.1 are there. */
export const JobPayload = Type.Object(
  {
    ...sharedImageParams,
    prompt: Type.Optional(text),
    ddim_steps: count,
    n_iter: count,
    use_nsfw_censor: Type.Optional(Type.Boolean()),
  },
  { $id: 'ModelPayloadStable' },
);
export type JobPayload = Static<typeof JobPayload>;

/** Why requests were not handed out: the number of waiting requests by first reason. */
export const SkippedReasons = Type.Object(
  {
    models: Type.Optional(count),
    worker_id: Type.Optional(count),
    max_pixels: Type.Optional(count),
    img2img: Type.Optional(count),
    painting: Type.Optional(count),
    unsafe_ip: Type.Optional(count),
    nsfw: Type.Optional(count),
    lora: Type.Optional(count),
    'post-processing': Type.Optional(count),
    controlnet: Type.Optional(count),
    performance: Type.Optional(count),
    untrusted: Type.Optional(count),
    bridge_version: Type.Optional(count),
    kudos: Type.Optional(count),
    blacklist: Type.Optional(count),
    step_count: Type.Optional(count),
  },
  { $id: 'NoValidRequestFoundStable' },
);
export type SkippedReasons = Static<typeof SkippedReasons>;

const nullable = <T extends ReturnType<typeof Type.String>>(type: T) => Type.Union([type, Type.Null()]);

/** Extra source as a worker receives it: always a link. */
export const PopExtraSource = Type.Object(
  { image: text, strength: Type.Number() },
  { $id: 'ExtraSourcePop' },
);

/** A message to a worker, as its pops carry it (`api.md` 3.12). */
export const PopMessage = Type.Object(
  {
    id: Type.Optional(text),
    message: Type.Optional(text),
    origin: Type.Optional(text),
    expiry: Type.Optional(text),
  },
  { $id: 'ResponseModelMessagePop' },
);
export type PopMessage = Static<typeof PopMessage>;

/** Answer of `POST /generate/pop`; `id` is null when nothing fits. */
export const PopAnswer = Type.Object(
  {
    payload: JobPayload,
    id: nullable(text),
    ids: Type.Array(text),
    model: nullable(text),
    ttl: Type.Union([count, Type.Null()]),
    source_image: nullable(text),
    source_processing: text,
    source_mask: nullable(text),
    extra_source_images: Type.Union([Type.Array(PopExtraSource), Type.Null()]),
    r2_upload: nullable(text),
    r2_uploads: Type.Union([Type.Array(text), Type.Null()]),
    messages: Type.Array(PopMessage),
    skipped: SkippedReasons,
  },
  { $id: 'GenerationPayloadStable' },
);
export type PopAnswer = Static<typeof PopAnswer>;

/** Body of `POST /generate/submit` (`api.md` 4.9). */
export const SubmitInput = Type.Object(
  {
    id: text,
    generation: Type.String({ description: 'The literal R2 after an upload, else base64 of a picture.' }),
    state: Type.Optional(Type.Enum(['ok', 'censored', 'faulted', 'csam'], { type: 'string', default: 'ok' })),
    seed: Type.Integer(),
    censored: Type.Optional(Type.Boolean({ default: false })),
    gen_metadata: Type.Optional(Type.Array(GenerationMetadata)),
  },
  { $id: 'SubmitInputStable', additionalProperties: false },
);
export type SubmitInput = Static<typeof SubmitInput>;

export const SubmitAnswer = Type.Object({ reward: Type.Number() }, { $id: 'GenerationSubmitted' });
export type SubmitAnswer = Static<typeof SubmitAnswer>;
