import type { ImagesService } from '#main/horde/images/index.ts';
import { parseSources } from '#main/horde/requests/index.ts';
import type { PopAnswer } from '#shared/horde/jobs/schema.ts';
import type { Assignment } from './units.ts';

/** The payload of an answer without a job has only what every answer has (`api.md` 5.1). */
export function emptyAnswer(skipped: PopAnswer['skipped']): PopAnswer {
  return {
    payload: {
      sampler_name: 'k_euler_a',
      cfg_scale: 7.5,
      height: 512,
      width: 512,
      karras: false,
      tiling: false,
      hires_fix: false,
      transparent: false,
      image_is_control: false,
      return_control_map: false,
      ddim_steps: 30,
      n_iter: 1,
    },
    id: null,
    ids: [],
    model: null,
    ttl: null,
    source_image: null,
    source_processing: 'img2img',
    source_mask: null,
    extra_source_images: null,
    r2_upload: null,
    r2_uploads: null,
    messages: [],
    skipped,
  };
}

/** What a worker is told of the jobs that it took, with a link for every upload. */
export function answerOf(taken: Assignment, images: ImagesService, base: string): PopAnswer {
  const { shape, ttlSeconds } = taken;
  const uploads = taken.ids.map((id) => images.uploadLink(base, id, ttlSeconds));
  const sources = parseSources(taken.sources);
  const link = (key: string) => images.downloadLink(base, 'source', key, Math.max(1800, ttlSeconds + 300));
  return {
    payload: payloadOf(taken),
    id: taken.ids[0] ?? null,
    ids: [...taken.ids],
    model: taken.model,
    ttl: ttlSeconds,
    source_image: sources?.image === undefined ? null : link(sources.image),
    source_processing: shape.sourceProcessing,
    source_mask: sources?.mask === undefined ? null : link(sources.mask),
    extra_source_images: sources?.extras.length
      ? sources.extras.map(({ key, strength }) => ({ image: link(key), strength }))
      : null,
    r2_upload: uploads[0] ?? null,
    r2_uploads: uploads,
    messages: [],
    skipped: {},
  };
}

function payloadOf({ shape, ids, seed }: Assignment): PopAnswer['payload'] {
  const { loras, tis, ...params } = shape.params;
  return {
    tiling: false,
    hires_fix: false,
    transparent: false,
    image_is_control: false,
    return_control_map: false,
    ...params,
    ...(loras ? { loras: loras.map((lora) => ({ model: 1, clip: 1, ...lora })) } : {}),
    ...(tis ? { tis: tis.map((ti) => ({ strength: 1, ...ti })) } : {}),
    prompt: shape.prompt,
    ddim_steps: shape.steps,
    n_iter: ids.length,
    seed: String(seed),
    ...(!shape.nsfw && shape.censorNsfw ? { use_nsfw_censor: true } : {}),
  };
}
