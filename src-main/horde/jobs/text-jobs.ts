import type { LiveWorker } from '#main/horde/workers/index.ts';
import { inertText } from '#shared/horde/common/text.ts';
import type { TextPopAnswer, TextSubmitInput } from '#shared/horde/jobs/text-schema.ts';
import { textCostCents, textRewardCents, textThings } from '#shared/horde/kudos/text.ts';
import type { TextShape } from '#shared/horde/requests/shape.ts';
import { deriveTextRequest, textTtlSeconds } from '#shared/horde/requests/text-rules.ts';
import { textModelBillions, type TextReference } from '#shared/horde/workers/text-models.ts';
import { decoyPrompts } from './decoy-prompts.ts';
import type { JobRules } from './types.ts';

export interface TextJobsOptions {
  readonly random: () => number;
  readonly reference?: TextReference | undefined;
}

/** Jobs that write texts (`queue.md` 2). */
export function textJobs({ random, reference }: TextJobsOptions): JobRules<'text'> {
  const rewardCents = (shape: TextShape, made: { model: string; text: string; isWorkerTrusted: boolean }) =>
    textRewardCents({
      promptCharacters: lengthOf(shape.prompt),
      outputCharacters: lengthOf(made.text),
      maxLength: shape.maxLength,
      billions: textModelBillions(made.model, reference),
      isWorkerTrusted: made.isWorkerTrusted,
      // Every agent counts as validated (`decisions.md` 7).
      isValidatedBackend: true,
    });
  return {
    count: (shape, open, { amount }) => Math.min(open, shape.disableBatching ? 1 : amount),
    ttlSeconds: (shape, { profile }) => textTtlSeconds(shape, profile.isExtraSlow),
    things: ({ maxLength }) => maxLength,
    answer: ({ shape, ids, model, ttlSeconds }, _base, messages) => ({
      payload: { ...shape.params, prompt: shape.prompt, n: 1 },
      id: ids[0] ?? null,
      ids: [...ids],
      model,
      ttl: ttlSeconds,
      softprompt: null,
      extra_source_images: null,
      messages: [...messages],
      skipped: {},
    }),
    emptyAnswer: (skipped, messages) => ({ ...emptyAnswer, messages: [...messages], skipped }),
    // A text is written with the unit that books it.
    keep: () => Promise.resolve(),
    probe: () => Promise.resolve(),
    discard: () => Promise.resolve(),
    drop: () => undefined,
    result: (input, { shape, job, isWorkerTrusted }) => {
      const text = inertText(input.generation);
      const isCensored = isSubmitCensored(input);
      const earned = rewardCents(shape, { model: job.model, text, isWorkerTrusted });
      return {
        rewardCents: earned,
        priceCents: textCostCents(isCensored ? 0 : earned),
        things: textThings(lengthOf(text), shape.maxLength),
        seed: String(input.seed ?? 0),
        metadata: metadataOf(input),
        isCensored,
        isReported: isReported(input),
        text,
      };
    },
    decoy: (worker) => {
      const shape = decoyShape(worker, random);
      const text = 'x'.repeat(3 * shape.maxLength);
      const made = { model: shape.models[0] ?? '', text, isWorkerTrusted: worker.isOwnerTrusted };
      return { shape, rewardCents: rewardCents(shape, made) };
    },
  };
}

/** The payload of an answer without a job has only what every answer has (`api.md` 5.2). */
const emptyAnswer: Omit<TextPopAnswer, 'messages' | 'skipped'> = {
  payload: {
    max_context_length: 2048,
    max_length: 80,
    min_p: 0,
    smoothing_factor: 0,
    dynatemp_range: 0,
    dynatemp_exponent: 1,
  },
  id: null,
  ids: [],
  model: null,
  ttl: null,
  softprompt: null,
  extra_source_images: null,
};

/** Unicode characters, as prices count them. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _character of text) length += 1;
  return length;
}

function isReported(input: TextSubmitInput): boolean {
  return input.state === 'csam' || (input.gen_metadata ?? []).some((item) => item.value === 'csam');
}

function isSubmitCensored(input: TextSubmitInput): boolean {
  return input.state === 'censored' || input.state === 'csam' || (input.gen_metadata ?? []).length > 0;
}

/** A report in the state stands in the metadata too (`queue.md` 2.12). */
function metadataOf(input: TextSubmitInput): NonNullable<TextSubmitInput['gen_metadata']> {
  const given = input.gen_metadata ?? [];
  const isMissing = input.state === 'csam' && !given.some((item) => item.value === 'csam');
  return isMissing ? [...given, { type: 'censorship', value: 'csam' }] : given;
}

function decoyShape(worker: LiveWorker<'text'>, random: () => number): TextShape {
  const { models, maxLength, maxContextLength } = worker.profile;
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const length = Math.min(maxLength, pick([80, 120, 160, 200, 256]) ?? 80);
  return deriveTextRequest({
    prompt: pick(decoyPrompts.text) ?? '',
    models: [pick(models) ?? ''],
    params: {
      max_length: Math.max(16, length),
      max_context_length: Math.max(80, Math.min(maxContextLength, pick([1024, 2048, 4096]) ?? 2048)),
      temperature: 0.5 + Math.floor(random() * 6) / 10,
      top_p: 0.9 + Math.floor(random() * 10) / 100,
      rep_pen: 1 + Math.floor(random() * 3) / 20,
    },
  });
}
