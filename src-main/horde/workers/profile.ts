import type { Selectable } from 'kysely';
import type { HordeWorkerTable } from '#main/db/tables/horde-work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { WorkerProfile } from '#shared/horde/jobs/match.ts';
import type { PopInput } from '#shared/horde/jobs/schema.ts';

export type WorkerRow = Selectable<HordeWorkerTable>;

/** What a pop declares, with the defaults that apply (`queue.md` 1.4, 4.3). */
export function profileOf(input: PopInput): WorkerProfile {
  return {
    models: [...new Set(input.models ?? [])].slice(0, 300),
    nsfw: input.nsfw ?? true,
    bridgeAgent: input.bridge_agent ?? 'unknown:0:unknown',
    threads: input.threads ?? 1,
    requireUpfrontKudos: input.require_upfront_kudos ?? false,
    isExtraSlow: input.extra_slow_worker ?? false,
    maxPixels: input.max_pixels ?? 262_144,
    blacklist: (input.blacklist ?? []).slice(0, 200).map((word) => word.slice(0, 15).toLowerCase()),
    allowImg2img: input.allow_img2img ?? true,
    allowPainting: input.allow_painting ?? true,
    allowPostProcessing: input.allow_post_processing ?? true,
    allowControlnet: input.allow_controlnet ?? false,
    allowSdxlControlnet: input.allow_sdxl_controlnet ?? false,
    allowLora: input.allow_lora ?? false,
    limitMaxSteps: input.limit_max_steps ?? false,
  };
}

/** A profile as `checkIn` stored it. */
export function parseProfile(json: string): WorkerProfile {
  // Only `profileOf` writes this column.
  return JSON.parse(json) as WorkerProfile;
}

/** A name fit to be stored: NFC, trimmed, one blank at a time, 100 characters, nothing invisible. */
export function cleanName(typed: string): string {
  const name = Array.from(typed.normalize('NFC').trim().replaceAll(/\s+/g, ' ')).slice(0, 100).join('');
  if (name === '') throw new ProblemError(400, 'BadRequest', 'A worker needs a name.');
  if (/[\p{C}<>]/u.test(name)) {
    throw new ProblemError(400, 'BadRequest', 'The name holds characters that are not allowed.');
  }
  return name;
}
