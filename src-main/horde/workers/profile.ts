import type { Selectable } from 'kysely';
import type { HordeWorkerTable } from '#main/db/tables/horde-work.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { agentOf } from '#shared/horde/common/agent.ts';
import type { WorkerProfile } from '#shared/horde/jobs/match.ts';
import type { PopInput } from '#shared/horde/jobs/schema.ts';

export type WorkerRow = Selectable<HordeWorkerTable>;

/**
 * What a pop declares, with the defaults that apply (`queue.md` 1.4, 4.3).
 * @throws ProblemError 400 without a model, or with somebody else's
 */
export function profileOf(input: PopInput, owner: User): WorkerProfile {
  return {
    models: modelsOf(input, owner),
    nsfw: input.nsfw ?? true,
    bridgeAgent: agentOf(input.bridge_agent),
    threads: input.threads ?? 1,
    requireUpfrontKudos: input.require_upfront_kudos ?? false,
    isExtraSlow: input.extra_slow_worker ?? false,
    maxPixels: input.max_pixels ?? 262_144,
    blacklist: (input.blacklist ?? [])
      .slice(0, 200)
      .map((word) => word.slice(0, 15).toLowerCase())
      .filter((word) => word !== ''),
    allowImg2img: input.allow_img2img ?? true,
    allowPainting: input.allow_painting ?? true,
    allowPostProcessing: input.allow_post_processing ?? true,
    allowControlnet: input.allow_controlnet ?? false,
    allowSdxlControlnet: input.allow_sdxl_controlnet ?? false,
    allowLora: input.allow_lora ?? false,
    limitMaxSteps: input.limit_max_steps ?? false,
  };
}

/** Every name is taken on a private horde, but nobody offers what is marked as another's (`decisions.md` 9). */
function modelsOf(input: PopInput, owner: User): string[] {
  const models = [...new Set(input.models ?? [])].slice(0, 300);
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

/** A profile as `checkIn` stored it. */
export function parseProfile(json: string): WorkerProfile {
  // Only `profileOf` makes what this column holds.
  return JSON.parse(json) as WorkerProfile;
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
