import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { agentOf } from '#shared/horde/common/agent.ts';
import type { PopInput } from '#shared/horde/jobs/schema.ts';
import type { TextPopInput } from '#shared/horde/jobs/text-schema.ts';
import type {
  AlchemyProfile,
  ImageProfile,
  ModelProfile,
  TextProfile,
} from '#shared/horde/workers/profile.ts';
import type { AlchemyOffer } from '#shared/horde/workers/schema.ts';

/** Names of models that count, by the kind of worker (`queue.md` 4.4). */
const maxModels = { image: 300, text: 200 };

/**
 * What the pop of an image worker declares, with the defaults that apply (`queue.md` 1.4, 4.3).
 * @throws ProblemError 400 without a model, or with somebody else's
 */
export function imageProfileOf(input: PopInput, owner: User): ImageProfile {
  return {
    ...modelProfileOf(input, owner, maxModels.image),
    maxPixels: input.max_pixels ?? 262_144,
    allowImg2img: input.allow_img2img ?? true,
    allowPainting: input.allow_painting ?? true,
    allowPostProcessing: input.allow_post_processing ?? true,
    allowControlnet: input.allow_controlnet ?? false,
    allowSdxlControlnet: input.allow_sdxl_controlnet ?? false,
    allowLora: input.allow_lora ?? false,
    limitMaxSteps: input.limit_max_steps ?? false,
  };
}

/** The same for a text worker. Soft prompts are no part of it (`decisions.md` 37). */
export function textProfileOf(input: TextPopInput, owner: User): TextProfile {
  return {
    ...modelProfileOf(input, owner, maxModels.text),
    maxLength: input.max_length ?? 512,
    maxContextLength: input.max_context_length ?? 2048,
  };
}

/** The same for an alchemist; without forms it is listed with `caption` and gets nothing. */
export function alchemyProfileOf(input: AlchemyOffer): AlchemyProfile {
  return {
    bridgeAgent: agentOf(input.bridge_agent),
    threads: input.threads ?? 1,
    forms: [...new Set(input.forms ?? [])],
    maxTiles: input.max_tiles ?? 80,
  };
}

function modelProfileOf(input: PopInput | TextPopInput, owner: User, limit: number): ModelProfile {
  return {
    models: modelsOf(input.models ?? [], owner, limit),
    nsfw: input.nsfw ?? true,
    bridgeAgent: agentOf(input.bridge_agent),
    threads: input.threads ?? 1,
    requireUpfrontKudos: input.require_upfront_kudos ?? false,
    isExtraSlow: input.extra_slow_worker ?? false,
    allowUnsafeIp: input.allow_unsafe_ipaddr ?? true,
    blacklist: (input.blacklist ?? [])
      .slice(0, 200)
      .map((word) => word.slice(0, 15).toLowerCase())
      .filter((word) => word !== ''),
  };
}

/** Every name is taken on a private horde, but nobody offers what is marked as another's (`decisions.md` 9). */
function modelsOf(offered: readonly string[], owner: User, limit: number): string[] {
  const models = [...new Set(offered)].slice(0, limit);
  for (const model of models) {
    const alias = model.split('::')[1];
    if (alias !== undefined && alias !== owner.alias) {
      throw new ProblemError(400, 'BadRequest', `The model '${model}' belongs to somebody else.`);
    }
  }
  if (models.length > 0) return models;
  throw new ProblemError(
    400,
    'BadRequest',
    'Unfortunately we cannot accept workers serving no model, or only unrecognised models.',
  );
}

/** A name fit to be stored: NFC, trimmed, one blank at a time, 100 characters (ACC-42). */
export function cleanName(typed: string): string {
  const name = Array.from(typed.normalize('NFC').trim().replaceAll(/\s+/g, ' ')).slice(0, 100).join('');
  if (name === '') throw new ProblemError(400, 'BadRequest', 'A worker needs a name.');
  if (/[\p{C}<>&"]/u.test(name)) {
    throw new ProblemError(400, 'BadRequest', 'The name holds characters that are not allowed.');
  }
  return name;
}
