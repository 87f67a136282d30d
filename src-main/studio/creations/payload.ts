import { ProblemError } from '#shared/common/problem.ts';
import { samplerNames, type SamplerName } from '#shared/horde/requests/names.ts';
import { containsNul } from '#shared/horde/requests/rules.ts';
import type { GenerationInput } from '#shared/horde/requests/schema.ts';
import type { CreationInput } from '#shared/studio/creations/schema.ts';

/**
 * The body of `POST /generate/async` for what was set on the Create screen (`api.md` 4.1, 4.2).
 * @throws ProblemError 400 for what every horde refuses
 */
export function payloadOf(input: CreationInput): GenerationInput {
  if (input.prompt.trim() === '') throw refuse('MissingPrompt', { prompt: 'is empty' });
  if (containsNul(input)) throw refuse('NulByteInPayload', { prompt: 'must not hold NUL characters' });
  return {
    prompt: input.negativePrompt.trim() === '' ? input.prompt : `${input.prompt}###${input.negativePrompt}`,
    models: [input.model],
    nsfw: true,
    censor_nsfw: false,
    r2: true,
    shared: false,
    params: {
      width: input.width,
      height: input.height,
      steps: input.steps,
      cfg_scale: input.cfgScale,
      sampler_name: samplerOf(input),
      karras: input.karras,
      n: input.count,
      ...(input.seed === undefined ? {} : { seed: input.seed }),
    },
  };
}

function samplerOf({ sampler }: CreationInput): SamplerName {
  const known = samplerNames.find((name) => name === sampler);
  if (known === undefined) throw refuse(undefined, { sampler: 'is no sampler of AI Horde' });
  return known;
}

function refuse(rc: string | undefined, errors: Record<string, string>): ProblemError {
  return new ProblemError(400, rc, 'Input payload validation failed', { errors });
}
