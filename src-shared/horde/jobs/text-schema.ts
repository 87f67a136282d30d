import { type Static, Type } from 'typebox';
import { sharedTextParams } from '../requests/text-schema.ts';
import { TextGenerationMetadata } from './metadata.ts';
import { commonPopInput, PopExtraSource, PopMessage } from './schema.ts';

const text = Type.String();
const count = Type.Optional(Type.Integer());
const nullableText = Type.Union([text, Type.Null()]);

/** Body of `POST /generate/text/pop` (`api.md` 4.8). Defaults shown are the ones that apply. */
export const TextPopInput = Type.Object(
  {
    ...commonPopInput,
    max_length: Type.Optional(Type.Integer({ default: 512 })),
    max_context_length: Type.Optional(Type.Integer({ default: 2048 })),
    softprompts: Type.Optional(Type.Array(text, { description: 'Accepted, and never asked for.' })),
  },
  { $id: 'PopInputKobold', additionalProperties: false },
);
export type TextPopInput = Static<typeof TextPopInput>;

/** What a worker is asked to write. Without a job only the defaults of `api.md` 5.2 are there. */
export const TextJobPayload = Type.Object(
  { ...sharedTextParams, prompt: Type.Optional(text), n: count },
  { $id: 'ModelPayloadKobold' },
);
export type TextJobPayload = Static<typeof TextJobPayload>;

/** Why requests were not handed out: the number of waiting requests, where there are any. */
export const TextSkippedReasons = Type.Object(
  {
    models: count,
    worker_id: count,
    nsfw: count,
    untrusted: count,
    performance: count,
    bridge_version: count,
    max_context_length: count,
    max_length: count,
    matching_softprompt: count,
    kudos: count,
    blacklist: count,
  },
  { $id: 'NoValidRequestFoundKobold' },
);
export type TextSkippedReasons = Static<typeof TextSkippedReasons>;

/** Answer of `POST /generate/text/pop`; `id` is null when nothing fits. */
export const TextPopAnswer = Type.Object(
  {
    payload: TextJobPayload,
    id: nullableText,
    ids: Type.Array(text),
    model: nullableText,
    ttl: Type.Union([Type.Integer(), Type.Null()]),
    softprompt: nullableText,
    extra_source_images: Type.Union([Type.Array(PopExtraSource), Type.Null()]),
    messages: Type.Array(PopMessage),
    skipped: TextSkippedReasons,
  },
  { $id: 'GenerationPayloadKobold' },
);
export type TextPopAnswer = Static<typeof TextPopAnswer>;

/** Body of `POST /generate/text/submit` (`api.md` 4.9). */
export const TextSubmitInput = Type.Object(
  {
    id: text,
    generation: Type.String({ description: 'The text.' }),
    state: Type.Optional(Type.Enum(['ok', 'censored', 'faulted', 'csam'], { type: 'string', default: 'ok' })),
    seed: Type.Optional(Type.Integer({ default: 0 })),
    gen_metadata: Type.Optional(Type.Array(TextGenerationMetadata)),
  },
  { $id: 'SubmitInputKobold', additionalProperties: false },
);
export type TextSubmitInput = Static<typeof TextSubmitInput>;
