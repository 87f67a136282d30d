import { type Static, Type } from 'typebox';
import { unknownAgent } from '../common/agent.ts';
import { alchemyForms } from './forms.ts';
import { formStates } from './states.ts';

const text = Type.String();
const form = Type.Enum([...alchemyForms], { type: 'string' });
const anything = { type: 'object', additionalProperties: true } as const;

export const AlchemyFormPayload = Type.Unsafe<Record<string, unknown>>({
  ...anything,
  $id: 'ModelInterrogationFormPayloadStable',
  description: 'Whatever the form takes. Its values reach the worker as texts.',
});

export const AlchemyFormInput = Type.Object(
  { name: form, payload: Type.Optional(AlchemyFormPayload) },
  { $id: 'ModelInterrogationFormStable', additionalProperties: false },
);
export type AlchemyFormInput = Static<typeof AlchemyFormInput>;

/** Body of `POST /interrogate/async` (`api.md` 4.7). */
export const AlchemyInput = Type.Object(
  {
    source_image: Type.String({ description: 'Base64 of a picture, or its URL where the host allows that.' }),
    forms: Type.Optional(Type.Array(AlchemyFormInput)),
    trusted_workers: Type.Optional(Type.Boolean({ default: false })),
    slow_workers: Type.Optional(Type.Boolean({ default: true })),
    webhook: Type.Optional(Type.String({ minLength: 10, maxLength: 1024 })),
  },
  { $id: 'ModelInterrogationInputStable', additionalProperties: false },
);
export type AlchemyInput = Static<typeof AlchemyInput>;

export const AlchemyAccepted = Type.Object(
  { id: text, message: Type.Optional(text) },
  { $id: 'RequestInterrogationResponse' },
);
export type AlchemyAccepted = Static<typeof AlchemyAccepted>;

export const AlchemyFormStatus = Type.Object(
  {
    form: text,
    state: Type.Enum([...formStates], { type: 'string' }),
    result: Type.Optional(
      Type.Unsafe<Record<string, unknown>>({
        ...anything,
        $id: 'InterrogationFormResult',
        description: 'What was found, under the name of the form; a picture as a link.',
      }),
    ),
  },
  { $id: 'InterrogationFormStatus' },
);
export type AlchemyFormStatus = Static<typeof AlchemyFormStatus>;

/** Answer of the status calls; `result` is there once a form is done. */
export const AlchemyStatus = Type.Object(
  {
    state: Type.Enum(['faulted', 'done', 'processing', 'waiting', 'partial'], { type: 'string' }),
    forms: Type.Array(AlchemyFormStatus),
  },
  { $id: 'InterrogationStatus' },
);
export type AlchemyStatus = Static<typeof AlchemyStatus>;

/** Body of `POST /interrogate/pop` (`api.md` 4.8). Defaults shown are the ones that apply. */
export const AlchemyPopInput = Type.Object(
  {
    name: text,
    priority_usernames: Type.Optional(Type.Array(text)),
    forms: Type.Optional(Type.Array(form)),
    amount: Type.Optional(Type.Integer({ default: 1 })),
    bridge_agent: Type.Optional(Type.String({ maxLength: 1000, default: unknownAgent })),
    threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 1 })),
    max_tiles: Type.Optional(Type.Integer({ minimum: 1, maximum: 256, default: 80 })),
  },
  { $id: 'InterrogationPopInput', additionalProperties: false },
);
export type AlchemyPopInput = Static<typeof AlchemyPopInput>;

export const AlchemyPopForm = Type.Object(
  {
    id: text,
    form: text,
    payload: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        additionalProperties: { type: 'string' },
        $id: 'ModelInterrogationFormPayloadPop',
      }),
    ),
    source_image: text,
    r2_upload: Type.Optional(text),
  },
  { $id: 'InterrogationPopFormPayload' },
);
export type AlchemyPopForm = Static<typeof AlchemyPopForm>;

const count = Type.Optional(Type.Integer());

export const AlchemySkipped = Type.Object(
  { worker_id: count, untrusted: count, bridge_version: count },
  { $id: 'NoValidInterrogationsFound' },
);
export type AlchemySkipped = Static<typeof AlchemySkipped>;

/** Answer of `POST /interrogate/pop`; `forms` is null when nothing fits. */
export const AlchemyPopAnswer = Type.Object(
  { forms: Type.Union([Type.Array(AlchemyPopForm), Type.Null()]), skipped: AlchemySkipped },
  { $id: 'InterrogationPopPayload' },
);
export type AlchemyPopAnswer = Static<typeof AlchemyPopAnswer>;

/** Body of `POST /interrogate/submit` (`api.md` 4.9). */
export const AlchemySubmitInput = Type.Object(
  {
    id: text,
    result: Type.Unsafe<Record<string, unknown>>({
      ...anything,
      description: 'The result under the name of its form; R2 for a picture that was uploaded.',
    }),
    state: Type.Optional(Type.String({ default: 'ok', description: 'Only "faulted" is special.' })),
  },
  { additionalProperties: false },
);
export type AlchemySubmitInput = Static<typeof AlchemySubmitInput>;

export const AlchemyPath = Type.Object({ id: text });
