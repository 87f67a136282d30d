import { type Static, Type } from 'typebox';
import { GenerationMetadata } from '../jobs/metadata.ts';
import { controlTypes, postProcessors, samplerNames, sourceProcessings, workflows } from './names.ts';

/** Unknown keys are accepted and dropped: the validator removes what an input schema does not name. */
const dropUnknown = { additionalProperties: false } as const;

const Enumeration = <const T extends string[]>(names: readonly [...T]) =>
  Type.Enum(names, { type: 'string' });

/** A LoRA of a request (`api.md` 4.4). */
export const LoraInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255 }),
    model: Type.Optional(Type.Number({ minimum: -5, maximum: 5, default: 1 })),
    clip: Type.Optional(Type.Number({ minimum: -5, maximum: 5, default: 1 })),
    inject_trigger: Type.Optional(Type.String({ minLength: 1, maxLength: 30 })),
    is_version: Type.Optional(Type.Boolean({ default: false })),
  },
  { $id: 'ModelPayloadLorasStable', ...dropUnknown },
);
export type LoraInput = Static<typeof LoraInput>;

/** A textual inversion of a request. */
export const TextualInversionInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255 }),
    inject_ti: Type.Optional(Enumeration(['prompt', 'negprompt'])),
    strength: Type.Optional(Type.Number({ minimum: -5, maximum: 5, default: 1 })),
  },
  { $id: 'ModelPayloadTextualInversionsStable', ...dropUnknown },
);
export type TextualInversionInput = Static<typeof TextualInversionInput>;

export const ExtraText = Type.Object(
  {
    text: Type.String({ minLength: 1 }),
    reference: Type.Optional(Type.String({ minLength: 3 })),
  },
  { $id: 'ExtraText', ...dropUnknown },
);
export type ExtraText = Static<typeof ExtraText>;

export const ExtraSourceImage = Type.Object(
  {
    image: Type.String({ minLength: 1, description: 'Base64 of a picture.' }),
    strength: Type.Optional(Type.Number({ default: 1 })),
  },
  { $id: 'ExtraSourceImage', ...dropUnknown },
);
export type ExtraSourceImage = Static<typeof ExtraSourceImage>;

const side = { minimum: 64, maximum: 3072, multipleOf: 64, default: 512 } as const;

/** Fields that a request's parameters and a job's payload have in common. */
export const sharedImageParams = {
  sampler_name: Type.Optional(Type.Enum([...samplerNames], { type: 'string', default: 'k_euler_a' })),
  cfg_scale: Type.Optional(Type.Number({ minimum: 0, maximum: 100, default: 5 })),
  denoising_strength: Type.Optional(Type.Number({ minimum: 0.01, maximum: 1 })),
  hires_fix_denoising_strength: Type.Optional(Type.Number({ minimum: 0.01, maximum: 1 })),
  seed: Type.Optional(Type.String()),
  height: Type.Optional(Type.Integer(side)),
  width: Type.Optional(Type.Integer(side)),
  post_processing: Type.Optional(Type.Array(Enumeration(postProcessors), { uniqueItems: true })),
  karras: Type.Optional(Type.Boolean({ default: true })),
  tiling: Type.Optional(Type.Boolean({ default: false })),
  hires_fix: Type.Optional(Type.Boolean({ default: false })),
  clip_skip: Type.Optional(Type.Integer({ minimum: 1, maximum: 12 })),
  facefixer_strength: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  control_type: Type.Optional(Enumeration(controlTypes)),
  image_is_control: Type.Optional(Type.Boolean({ default: false })),
  return_control_map: Type.Optional(Type.Boolean({ default: false })),
  loras: Type.Optional(Type.Array(LoraInput)),
  tis: Type.Optional(Type.Array(TextualInversionInput)),
  special: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  workflow: Type.Optional(Enumeration(workflows)),
  transparent: Type.Optional(Type.Boolean({ default: false })),
  extra_texts: Type.Optional(Type.Array(ExtraText)),
} as const;

/** Parameters of an image request (`api.md` 4.2). */
export const ImageParams = Type.Object(
  {
    ...sharedImageParams,
    seed_variation: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    steps: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 30 })),
    n: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 1 })),
    init_as_image: Type.Optional(Type.Boolean({ description: 'Obsolete: read by one check alone.' })),
  },
  { $id: 'ModelGenerationInputStable', ...dropUnknown },
);
export type ImageParams = Static<typeof ImageParams>;

/** Body of `POST /generate/async` (`api.md` 4.1). Defaults shown are the ones that apply. */
export const GenerationInput = Type.Object(
  {
    prompt: Type.String({ minLength: 1 }),
    params: Type.Optional(ImageParams),
    nsfw: Type.Optional(Type.Boolean({ default: true })),
    censor_nsfw: Type.Optional(Type.Boolean({ default: true })),
    trusted_workers: Type.Optional(Type.Boolean({ default: false })),
    validated_backends: Type.Optional(Type.Boolean({ default: false })),
    slow_workers: Type.Optional(Type.Boolean({ default: true })),
    extra_slow_workers: Type.Optional(Type.Boolean({ default: false })),
    workers: Type.Optional(Type.Array(Type.String())),
    worker_blacklist: Type.Optional(Type.Boolean({ default: false })),
    models: Type.Optional(Type.Array(Type.String())),
    source_image: Type.Optional(Type.String()),
    source_processing: Type.Optional(
      Type.Enum([...sourceProcessings], { type: 'string', default: 'img2img' }),
    ),
    source_mask: Type.Optional(Type.String()),
    extra_source_images: Type.Optional(Type.Array(ExtraSourceImage)),
    r2: Type.Optional(Type.Boolean({ default: true })),
    shared: Type.Optional(Type.Boolean({ default: false })),
    replacement_filter: Type.Optional(Type.Boolean({ default: true })),
    dry_run: Type.Optional(Type.Boolean({ default: false })),
    proxied_account: Type.Optional(Type.String()),
    disable_batching: Type.Optional(Type.Boolean({ default: false })),
    allow_downgrade: Type.Optional(Type.Boolean({ default: false })),
    webhook: Type.Optional(Type.String({ minLength: 10, maxLength: 1024 })),
    style: Type.Optional(Type.String({ minLength: 3, maxLength: 1024 })),
  },
  { $id: 'GenerationInputStable', ...dropUnknown },
);
export type GenerationInput = Static<typeof GenerationInput>;

/** Something that the requester should know although the request was accepted. */
export const RequestWarning = Type.Object(
  { code: Type.String(), message: Type.String() },
  { $id: 'RequestSingleWarning' },
);
export type RequestWarning = Static<typeof RequestWarning>;

/** Answer of an accepted request; a dry run has `kudos` alone (`api.md` 3.3). */
export const RequestAsync = Type.Object(
  {
    id: Type.Optional(Type.String()),
    kudos: Type.Number(),
    message: Type.Optional(Type.String()),
    warnings: Type.Optional(Type.Array(RequestWarning)),
  },
  { $id: 'RequestAsync' },
);
export type RequestAsync = Static<typeof RequestAsync>;

/** The fields of every status answer (`api.md` 3.1). */
export const statusFields = {
  finished: Type.Integer(),
  processing: Type.Integer(),
  restarted: Type.Integer(),
  waiting: Type.Integer(),
  done: Type.Boolean(),
  faulted: Type.Boolean(),
  wait_time: Type.Integer({ description: 'Estimated seconds left.' }),
  queue_position: Type.Integer({ description: 'From 1; 0 when nothing waits.' }),
  kudos: Type.Number(),
  is_possible: Type.Boolean(),
} as const;

/** `GET /generate/check/{id}` (`api.md` 3.1). */
export const RequestStatusCheck = Type.Object(statusFields, { $id: 'RequestStatusCheck' });
export type RequestStatusCheck = Static<typeof RequestStatusCheck>;

/** One delivered picture (`api.md` 3.2). */
export const Generation = Type.Object(
  {
    img: Type.String({ description: 'Download link, or base64 WebP when r2 was false.' }),
    seed: Type.String(),
    id: Type.String(),
    censored: Type.Boolean(),
    gen_metadata: Type.Array(GenerationMetadata),
    worker_id: Type.String(),
    worker_name: Type.String(),
    model: Type.String(),
    state: Type.Enum(['ok', 'censored'], { type: 'string', default: 'ok' }),
  },
  { $id: 'GenerationStable' },
);
export type Generation = Static<typeof Generation>;

/** `GET` and `DELETE /generate/status/{id}`. */
export const RequestStatus = Type.Object(
  { ...statusFields, generations: Type.Array(Generation), shared: Type.Boolean() },
  { $id: 'RequestStatusStable' },
);
export type RequestStatus = Static<typeof RequestStatus>;

export const RequestPath = Type.Object({ id: Type.String() });
