import { type Static, Type } from 'typebox';

/** Everything that the Create screen sets for one request of pictures. Unknown keys are refused. */
export const CreationInput = Type.Object(
  {
    prompt: Type.String({ maxLength: 20_000 }),
    negativePrompt: Type.String({ maxLength: 20_000 }),
    model: Type.String({ minLength: 1, maxLength: 255 }),
    width: Type.Integer({ minimum: 64, maximum: 3072, multipleOf: 64 }),
    height: Type.Integer({ minimum: 64, maximum: 3072, multipleOf: 64 }),
    steps: Type.Integer({ minimum: 1, maximum: 500 }),
    cfgScale: Type.Number({ minimum: 0, maximum: 100 }),
    sampler: Type.String({ minLength: 1, maxLength: 40 }),
    karras: Type.Boolean(),
    /** Digits or free text; absent for a random seed. */
    seed: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    count: Type.Integer({ minimum: 1, maximum: 20 }),
  },
  { additionalProperties: false },
);
export type CreationInput = Static<typeof CreationInput>;

/**
 * States of a creation in the studio; the words that people see stand in one table of the interface
 * (`ux.md` 2.2). Terminal: done, partial, failed, cancelled, expired.
 */
export const CreationState = Type.Enum(
  [
    'unsent',
    'sending',
    'waiting',
    'impossible',
    'working',
    'slow',
    'saving',
    'done',
    'partial',
    'failed',
    'cancelled',
    'expired',
  ],
  { type: 'string' },
);
export type CreationState = Static<typeof CreationState>;

export { idleProgress, isTerminal, terminalStates } from './states.ts';

/** How far a request is, from the horde's check and, for the local worker, from its engine. */
export const CreationProgress = Type.Object({
  finished: Type.Integer(),
  processing: Type.Integer(),
  waiting: Type.Integer(),
  restarted: Type.Integer(),
  queuePosition: Type.Integer(),
  /** Seconds until the last picture, as the horde or the local engine estimates it. */
  etaSeconds: Type.Union([Type.Number(), Type.Null()]),
  /** Model calls done and expected of the picture that the local worker makes now. */
  step: Type.Union([Type.Integer(), Type.Null()]),
  steps: Type.Union([Type.Integer(), Type.Null()]),
  /** Address of the latest preview below /app, changed with each frame; null without one. */
  previewUrl: Type.Union([Type.String(), Type.Null()]),
});
export type CreationProgress = Static<typeof CreationProgress>;

/** Why a creation failed or cannot be done: a code for the table of sentences and fixes, the horde's own words. */
export const CreationProblem = Type.Object({
  code: Type.String(),
  message: Type.String(),
});
export type CreationProblem = Static<typeof CreationProblem>;

/** A request made from the studio, as its card shows it. */
export const Creation = Type.Object({
  id: Type.String(),
  connectionId: Type.String(),
  createdAt: Type.Integer(),
  state: CreationState,
  input: CreationInput,
  requestId: Type.Union([Type.String(), Type.Null()]),
  progress: CreationProgress,
  /** Finished pictures in the gallery, oldest first. */
  imageIds: Type.Array(Type.String()),
  kudos: Type.Object({
    expected: Type.Union([Type.Number(), Type.Null()]),
    used: Type.Number(),
  }),
  warnings: Type.Array(CreationProblem),
  problem: Type.Union([CreationProblem, Type.Null()]),
});
export type Creation = Static<typeof Creation>;

export const CreationList = Type.Object({ creations: Type.Array(Creation) });
export type CreationList = Static<typeof CreationList>;

/** Price and wait of a draft before it is sent (a dry run at the horde). */
export const CreationEstimate = Type.Object({
  kudos: Type.Number(),
  kudosPerImage: Type.Number(),
  /** The own worker on the own horde: shown as "free on this computer" (`decisions.md` 41). */
  isFree: Type.Boolean(),
  warnings: Type.Array(CreationProblem),
});
export type CreationEstimate = Static<typeof CreationEstimate>;
