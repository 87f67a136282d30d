import { ProblemError } from '../../common/problem.ts';
import { roundHalfEven } from '../common/round.ts';
import type { TextShape } from './shape.ts';
import type { TextGenerationInput } from './text-schema.ts';
import type { QueueLoad } from './upfront.ts';

const refuse = (rc: string, message: string) => new ProblemError(400, rc, message);
const defaultLength = 80;
const defaultContext = 2048;

/**
 * Checks of what a text request asks for, in the order of `queue.md` 1.5.
 * @throws ProblemError 400 with the code of `api.md` 5.2
 */
export function checkTextParams(input: TextGenerationInput): void {
  const params = input.params ?? {};
  if ((params.max_context_length ?? defaultContext) < (params.max_length ?? defaultLength)) {
    throw refuse('TokenOverflow', 'max_length is more than max_context_length.');
  }
  if (params.sampler_order !== undefined && new Set(params.sampler_order).size < 7) {
    throw refuse('MissingFullSamplerOrder', 'sampler_order names fewer than 7 samplers.');
  }
  const stops = [...new Set(params.stop_sequence ?? [])];
  if (stops.length > 128) throw refuse('TooManyStopSequences', 'At most 128 stop sequences.');
  if (stops.reduce((sum, stop) => sum + Array.from(stop).length, 0) > 2000) {
    throw refuse('ExcessiveStopSequence', 'Stop sequences have at most 2000 characters together.');
  }
  if ((input.extra_source_images ?? []).length > 0) {
    throw refuse('InvalidExtraSourceImages.', 'Text requests take no source images.');
  }
}

/**
 * Fills in the defaults that apply. A text is mature only when that is said (`decisions.md` 38), and
 * never for an education account.
 */
export function deriveTextRequest(
  input: TextGenerationInput,
  caller: { readonly isEducation: boolean } = { isEducation: false },
): TextShape {
  const { n, ...params } = input.params ?? {};
  const maxLength = params.max_length ?? defaultLength;
  const maxContextLength = params.max_context_length ?? defaultContext;
  return {
    prompt: input.prompt,
    models: [...new Set(input.models ?? [])],
    workers: (input.workers ?? []).slice(0, 5),
    workerBlacklist: input.worker_blacklist ?? false,
    nsfw: !caller.isEducation && (input.nsfw ?? false),
    trustedWorkers: input.trusted_workers ?? false,
    slowWorkers: input.slow_workers ?? true,
    extraSlowWorkers: input.extra_slow_workers ?? false,
    validatedBackends: input.validated_backends ?? false,
    disableBatching: input.disable_batching ?? false,
    jobs: n ?? 1,
    maxLength,
    maxContextLength,
    params: {
      min_p: 0,
      smoothing_factor: 0,
      dynatemp_range: 0,
      dynatemp_exponent: 1,
      ...params,
      max_length: maxLength,
      max_context_length: maxContextLength,
    },
  };
}

/** Seconds until a text job is given up, as sent (`decisions.md` 3). */
export function textTtlSeconds(shape: Pick<TextShape, 'maxLength'>, isExtraSlowWorker: boolean): number {
  const ttl = Math.max(150, 30 + Math.ceil(shape.maxLength / 2));
  return isExtraSlowWorker ? ttl * 3 : ttl;
}

/** Tokens that one text may have without an upfront payment (`queue.md` 1.8). */
export function freeTokens(load: QueueLoad): number {
  const raw = 512 + 5 * load.threads - roundHalfEven(0.9 * load.jobs);
  return Math.min(512, Math.max(256, raw));
}

/** Whether a text request is so heavy that its owner has to be able to pay for all of it. */
export function textNeedsUpfront(shape: TextShape, tokens: number): boolean {
  return !shape.slowWorkers || shape.maxLength > tokens;
}

/** A text request made small enough to need no upfront payment (`queue.md` 1.8). */
export function downgradeText(shape: TextShape, tokens: number): TextShape {
  const maxLength = Math.min(shape.maxLength, tokens);
  return { ...shape, slowWorkers: true, maxLength, params: { ...shape.params, max_length: maxLength } };
}
