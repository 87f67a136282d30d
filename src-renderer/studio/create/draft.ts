import type { CreationInput } from '#shared/studio/creations/schema.ts';
import type { CreateDraft } from '#shared/studio/drafts/schema.ts';
import type { StudioModel } from '#shared/studio/models/schema.ts';

/** The form before anything is known of models; `model` is filled by the first list. */
export const emptyDraft: CreateDraft = {
  input: {
    prompt: '',
    negativePrompt: '',
    model: '',
    width: 512,
    height: 512,
    steps: 20,
    cfgScale: 7,
    sampler: 'k_euler',
    karras: true,
    count: 1,
  },
  isSeedLocked: false,
  touched: [],
};

/** Limits of the numbers of the contract. */
export const limits = {
  steps: { min: 1, max: 500, step: 1, decimals: 0 },
  cfgScale: { min: 0, max: 100, step: 0.5, decimals: 2 },
  count: { min: 1, max: 20, step: 1, decimals: 0 },
} as const;

const modelFields = ['width', 'height', 'steps', 'cfgScale', 'sampler', 'karras'] as const;

/** Fields for which a model has a recommendation. */
export type ModelField = (typeof modelFields)[number];

const recommended = (model: StudioModel): Pick<CreationInput, ModelField> => ({
  width: model.nativeWidth,
  height: model.nativeHeight,
  ...model.defaults,
});

/**
 * Takes another model and its recommended settings, except where the person has set a field
 * (`ux.md` 2.4). `changed` names what differs from before.
 */
export function withModel(
  draft: CreateDraft,
  model: StudioModel,
): { draft: CreateDraft; changed: ModelField[] } {
  const advice = recommended(model);
  const free = modelFields.filter((field) => !draft.touched.includes(field));
  const changed = free.filter((field) => draft.input[field] !== advice[field]);
  const taken = Object.fromEntries(free.map((field) => [field, advice[field]]));
  return { draft: { ...draft, input: { ...draft.input, ...taken, model: model.name } }, changed };
}

/** Sets fields by hand: a later change of model leaves them alone. A seed that comes along is locked. */
export function withFields(draft: CreateDraft, fields: Partial<CreationInput>): CreateDraft {
  const input = { ...draft.input, ...fields };
  const touched = [...new Set([...draft.touched, ...Object.keys(fields)])].slice(0, 40);
  const isSeedLocked = draft.isSeedLocked || (fields.seed !== undefined && fields.seed !== '');
  return { ...draft, input, touched, isSeedLocked };
}

/** The whole form from a request that was made before. */
export function withInput(input: CreationInput): CreateDraft {
  return { input, isSeedLocked: input.seed !== undefined, touched: [...modelFields] };
}

/** Sets the seed; an empty one is none, and then nothing can be locked. */
export function withSeed(draft: CreateDraft, seed: string, isSeedLocked: boolean): CreateDraft {
  const { seed: _old, ...input } = draft.input;
  return seed === ''
    ? { ...draft, input, isSeedLocked: false }
    : { ...draft, input: { ...input, seed }, isSeedLocked };
}

/** What is sent: an empty prompt takes the example, a seed counts only while it is locked. */
export function toInput(draft: CreateDraft, example: string): CreationInput {
  const { seed, ...rest } = draft.input;
  const prompt = rest.prompt.trim() === '' ? example : rest.prompt;
  return { ...rest, prompt, ...(draft.isSeedLocked && seed !== undefined && seed !== '' ? { seed } : {}) };
}

/**
 * What the price of a draft depends on. Words and seed cost nothing, so they do not leave the screen
 * before the request does, and typing asks for no new price.
 */
export function toPricedInput({ input }: CreateDraft): CreationInput | undefined {
  if (input.model === '') return undefined;
  const { seed: _seed, ...rest } = input;
  return { ...rest, prompt: 'price', negativePrompt: '' };
}

/** A draft that costs less: one picture of the model's own size and steps. */
export function cheaper(draft: CreateDraft, model: StudioModel | undefined): CreateDraft {
  const { input } = draft;
  const size =
    model === undefined
      ? { width: Math.min(input.width, 512), height: Math.min(input.height, 512) }
      : { width: model.nativeWidth, height: model.nativeHeight };
  const steps = Math.min(input.steps, model?.defaults.steps ?? 20);
  return { ...draft, input: { ...input, ...size, steps, count: 1 } };
}

/** A seed as the horde's web clients write it, below 2^32. `random` is 0 ≤ x < 1. */
export const randomSeed = (random: () => number): string => String(Math.floor(random() * 2 ** 32));

/** How much work goes into a picture; each is a number of steps of the model's record (`ux.md` 2.4). */
export const qualities = ['fast', 'good', 'best'] as const;
export type Quality = (typeof qualities)[number];

const qualityFactors: Readonly<Record<Quality, number>> = { fast: 0.6, good: 1, best: 1.7 };

/** Steps of a quality. */
export const stepsOf = (quality: Quality, model: StudioModel): number =>
  Math.min(limits.steps.max, Math.max(1, Math.round(model.defaults.steps * qualityFactors[quality])));

/** Sets steps and sampler from the model's record; those of *good* change with the model again. */
export function withQuality(draft: CreateDraft, quality: Quality, model: StudioModel): CreateDraft {
  const { sampler, karras } = model.defaults;
  const others = draft.touched.filter((field) => !['steps', 'sampler', 'karras'].includes(field));
  return {
    ...draft,
    touched: quality === 'good' ? others : [...others, 'steps'],
    input: { ...draft.input, steps: stepsOf(quality, model), sampler, karras },
  };
}

/** The quality that the settings are, `undefined` for numbers of one's own. */
export function qualityOf(input: CreationInput, model: StudioModel): Quality | undefined {
  if (input.sampler !== model.defaults.sampler || input.karras !== model.defaults.karras) return undefined;
  return qualities.find((quality) => stepsOf(quality, model) === input.steps);
}

/** Whether a value is a draft as this program writes it: what a browser kept may be of another version. */
export function isDraft(value: unknown): value is CreateDraft {
  if (typeof value !== 'object' || value === null) return false;
  if (!('input' in value) || !('touched' in value) || !('isSeedLocked' in value)) return false;
  const { input, touched } = value;
  return (
    typeof value.isSeedLocked === 'boolean' &&
    Array.isArray(touched) &&
    touched.every((field) => typeof field === 'string') &&
    typeof input === 'object' &&
    input !== null &&
    hasInputShape(new Map(Object.entries(input)))
  );
}

function hasInputShape(input: ReadonlyMap<string, unknown>): boolean {
  const required = Object.entries(emptyDraft.input);
  const known = new Set([...required.map(([field]) => field), 'seed']);
  const seed = input.get('seed');
  return (
    required.every(([field, example]) => typeof input.get(field) === typeof example) &&
    [...input.keys()].every((field) => known.has(field)) &&
    (seed === undefined || typeof seed === 'string')
  );
}
