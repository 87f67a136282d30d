import { type Static, Type } from 'typebox';
import { TextGenerationMetadata } from '../jobs/metadata.ts';
import { ExtraSourceImage, statusFields } from './schema.ts';

/** Unknown keys are accepted and dropped: the validator removes what an input schema does not name. */
const dropUnknown = { additionalProperties: false } as const;
const flag = Type.Optional(Type.Boolean());
const fraction = Type.Optional(Type.Number({ minimum: 0, maximum: 1 }));

/** Fields that a text request's parameters and a job's payload have in common. */
export const sharedTextParams = {
  max_context_length: Type.Optional(Type.Integer({ minimum: 80, maximum: 1_048_576, default: 2048 })),
  max_length: Type.Optional(Type.Integer({ minimum: 16, maximum: 4096, default: 80 })),
  rep_pen: Type.Optional(Type.Number({ minimum: 1, maximum: 3 })),
  rep_pen_range: Type.Optional(Type.Integer({ minimum: 0, maximum: 4096 })),
  rep_pen_slope: Type.Optional(Type.Number({ minimum: 0, maximum: 10 })),
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 5 })),
  tfs: fraction,
  top_a: fraction,
  top_k: Type.Optional(Type.Integer({ minimum: 0, maximum: 200 })),
  top_p: Type.Optional(Type.Number({ minimum: 0.001, maximum: 1 })),
  typical: fraction,
  min_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 0 })),
  smoothing_factor: Type.Optional(Type.Number({ minimum: 0, maximum: 10, default: 0 })),
  dynatemp_range: Type.Optional(Type.Number({ minimum: 0, maximum: 5, default: 0 })),
  dynatemp_exponent: Type.Optional(Type.Number({ minimum: 0, maximum: 5, default: 1 })),
  sampler_order: Type.Optional(Type.Array(Type.Integer())),
  stop_sequence: Type.Optional(Type.Array(Type.String())),
  singleline: flag,
  frmtadsnsp: flag,
  frmtrmblln: flag,
  frmtrmspch: flag,
  frmttriminc: flag,
  use_default_badwordsids: flag,
} as const;

/** Parameters of a text request (`api.md` 4.6). */
export const TextParams = Type.Object(
  { ...sharedTextParams, n: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 1 })) },
  { $id: 'ModelGenerationInputKobold', ...dropUnknown },
);
export type TextParams = Static<typeof TextParams>;

/** Body of `POST /generate/text/async` (`api.md` 4.5). Defaults shown are the ones that apply. */
export const TextGenerationInput = Type.Object(
  {
    prompt: Type.String(),
    params: Type.Optional(TextParams),
    softprompt: Type.Optional(
      Type.String({ minLength: 1, description: 'Accepted, and not passed on to workers.' }),
    ),
    nsfw: Type.Optional(Type.Boolean({ default: false })),
    trusted_workers: Type.Optional(Type.Boolean({ default: false })),
    validated_backends: Type.Optional(Type.Boolean({ default: false })),
    slow_workers: Type.Optional(Type.Boolean({ default: true })),
    extra_slow_workers: Type.Optional(Type.Boolean({ default: false })),
    workers: Type.Optional(Type.Array(Type.String())),
    worker_blacklist: Type.Optional(Type.Boolean({ default: false })),
    models: Type.Optional(Type.Array(Type.String())),
    dry_run: Type.Optional(Type.Boolean({ default: false })),
    proxied_account: Type.Optional(Type.String()),
    extra_source_images: Type.Optional(Type.Array(ExtraSourceImage)),
    disable_batching: Type.Optional(Type.Boolean({ default: false })),
    allow_downgrade: Type.Optional(Type.Boolean({ default: false })),
    webhook: Type.Optional(Type.String({ maxLength: 1024 })),
    style: Type.Optional(Type.String({ minLength: 3, maxLength: 1024 })),
  },
  { $id: 'GenerationInputKobold', ...dropUnknown },
);
export type TextGenerationInput = Static<typeof TextGenerationInput>;

/** One delivered text (`api.md` 3.2). */
export const TextGeneration = Type.Object(
  {
    text: Type.String(),
    seed: Type.Integer({ default: 0 }),
    gen_metadata: Type.Array(TextGenerationMetadata),
    worker_id: Type.String(),
    worker_name: Type.String(),
    model: Type.String(),
    state: Type.Enum(['ok', 'censored', 'csam'], { type: 'string', default: 'ok' }),
  },
  { $id: 'GenerationKobold' },
);
export type TextGeneration = Static<typeof TextGeneration>;

/** `GET` and `DELETE /generate/text/status/{id}`. */
export const TextRequestStatus = Type.Object(
  { ...statusFields, generations: Type.Array(TextGeneration) },
  { $id: 'RequestStatusKobold' },
);
export type TextRequestStatus = Static<typeof TextRequestStatus>;
