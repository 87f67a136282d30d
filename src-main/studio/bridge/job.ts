import type { ImageJob } from '#shared/engine-protocol/image.ts';
import type { PopAnswer } from '#shared/horde/jobs/schema.ts';

/** A job as it came from the horde, in the engine's terms. */
export interface PoppedJob {
  readonly id: string;
  readonly model: string;
  readonly deadlineMs: number;
  readonly uploadUrl: string | undefined;
  readonly image: ImageJob;
}

const defaultTtlSeconds = 150;

/** Reads the answer to a pop; undefined when there is no job in it (`worker.md` 2.3). */
export function readJob(answer: PopAnswer, now: number): PoppedJob | undefined {
  const { id, model, payload } = answer;
  if (id === null || model === null) return undefined;
  const [prompt = '', ...negative] = (payload.prompt ?? '').split('###');
  return {
    id,
    model,
    deadlineMs: now + (answer.ttl ?? defaultTtlSeconds) * 1000,
    uploadUrl: answer.r2_upload ?? undefined,
    image: {
      model,
      prompt,
      negativePrompt: negative.join('###'),
      width: payload.width ?? 512,
      height: payload.height ?? 512,
      steps: payload.ddim_steps,
      cfgScale: payload.cfg_scale ?? 5,
      sampler: payload.sampler_name ?? 'k_euler',
      karras: payload.karras ?? true,
      clipSkip: payload.clip_skip ?? 1,
      seed: Number(payload.seed ?? 0) >>> 0,
      batch: 1,
    },
  };
}
