import { type ImagesService, pictureKey } from '#main/horde/images/index.ts';
import { costCentsOf, factorOf, imagePriceOf, parseSources } from '#main/horde/requests/index.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { batchLimit, batchWeight } from '#shared/horde/jobs/batch.ts';
import { noneSkipped } from '#shared/horde/jobs/image-match.ts';
import type { PopAnswer, SubmitInput } from '#shared/horde/jobs/schema.ts';
import { imageRewardCents } from '#shared/horde/kudos/rules.ts';
import { baselineOf, type ImageReference } from '#shared/horde/requests/models.ts';
import {
  deriveImageRequest,
  heavyBaselines,
  jobTtlSeconds,
  resultLimits,
  thingsOf,
} from '#shared/horde/requests/rules.ts';
import { seedOfPop } from '#shared/horde/requests/seed.ts';
import type { RequestShape } from '#shared/horde/requests/shape.ts';
import { decoyPrompts } from './decoy-prompts.ts';
import type { Assignment, JobRules } from './types.ts';

const resultQuality = 95;
const decoyLimits = { maxBytes: 32 * 1024 * 1024, maxWidth: 8192, maxHeight: 8192 };
const decoySizes: ReadonlyArray<readonly [number, number]> = [
  [512, 512],
  [512, 768],
  [768, 512],
  [768, 768],
  [1024, 1024],
];

export interface ImageJobsOptions {
  readonly images: ImagesService;
  readonly random: () => number;
  readonly reference?: ImageReference | undefined;
}

/** Jobs that make pictures (`queue.md` 2). */
export function imageJobs({ images, random, reference }: ImageJobsOptions): JobRules<'image'> {
  const baselines = (shape: RequestShape) => shape.models.map((model) => baselineOf(model, reference));
  return {
    count: (shape, open, { amount, worker }) => {
      const pop = { amount, maxPixels: worker.profile.maxPixels };
      return batchLimit(shape, open, pop, batchWeight(baselines(shape)));
    },
    ttlSeconds: (shape, { profile }) =>
      jobTtlSeconds(shape, {
        hasControl: shape.params.control_type !== undefined,
        isHeavyBaseline: baselines(shape).some((name) => heavyBaselines.has(name)),
        isExtraSlowWorker: profile.isExtraSlow,
      }),
    things: thingsOf,
    answer: (taken, base, messages) => ({
      ...answerOf(taken, { images, base, random }),
      messages: [...messages],
    }),
    emptyAnswer: (skipped, messages) => ({
      ...emptyAnswer,
      messages: [...messages],
      skipped: { ...noneSkipped, ...skipped },
    }),
    keep: async (input, jobId, shape) => {
      const key = pictureKey(jobId);
      if (isReported(input)) return images.placeholder('transient', key);
      await images.store('transient', key, pictureOf(input, images), resultLimits(shape), resultQuality);
    },
    probe: async (input) => {
      if (!isReported(input)) await images.check(pictureOf(input, images), decoyLimits);
    },
    discard: (jobId) => images.remove('transient', pictureKey(jobId)),
    drop: (jobId) => images.drop(jobId),
    result: (input, { request, shape, job }) => {
      const isCensored = isSubmitCensored(input);
      const rewardCents = imageRewardCents(request.base_kudos, factorOf(shape, job.model, reference));
      return {
        rewardCents,
        priceCents: costCentsOf(shape, isCensored ? 0 : rewardCents),
        things: request.things,
        seed: String(input.seed),
        metadata: input.gen_metadata ?? [],
        isCensored,
        isReported: isReported(input),
        text: null,
      };
    },
    decoy: (worker) => {
      const shape = decoyShape(worker, random);
      return { shape, rewardCents: imagePriceOf(shape, reference).rewardCents };
    },
  };
}

/** The payload of an answer without a job has only what every answer has (`api.md` 5.1). */
const emptyAnswer: Omit<PopAnswer, 'messages' | 'skipped'> = {
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
};

/** What a worker is told of the jobs that it took, with a link for every upload. */
function answerOf(
  taken: Assignment<'image'>,
  { images, base, random }: { images: ImagesService; base: string; random: () => number },
): Omit<PopAnswer, 'messages'> {
  const { shape, ttlSeconds } = taken;
  const uploads = taken.ids.map((id) => images.uploadLink(base, id, ttlSeconds));
  const sources = parseSources(taken.sources);
  const link = (key: string) => images.downloadLink(base, 'source', key, Math.max(1800, ttlSeconds + 300));
  return {
    payload: payloadOf(taken, seedOfPop(shape, taken.openBefore, random)),
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
    skipped: {},
  };
}

function payloadOf({ shape, ids }: Assignment<'image'>, seed: number): PopAnswer['payload'] {
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

/** @throws ProblemError 400 `ImageValidationFailed`: nothing was uploaded, or what came does not decode */
function pictureOf(input: SubmitInput, images: ImagesService): Uint8Array {
  const bytes = input.generation === 'R2' ? images.held(input.id) : Buffer.from(input.generation, 'base64');
  if (bytes && bytes.length > 0) return bytes;
  const text = 'No picture came with this submit. Upload it and submit again.';
  throw new ProblemError(400, 'ImageValidationFailed', text);
}

/** The bytes of what was reported as abuse are kept nowhere (`accounts-and-safety.md` GEN-06). */
function isReported(input: SubmitInput): boolean {
  return input.state === 'csam' || (input.gen_metadata ?? []).some((item) => item.value === 'csam');
}

function isSubmitCensored(input: SubmitInput): boolean {
  if (input.state === 'censored' || input.state === 'csam') return true;
  return (input.gen_metadata ?? []).some((item) => item.type === 'censorship');
}

function decoyShape(worker: LiveWorker<'image'>, random: () => number): RequestShape {
  const { models, maxPixels } = worker.profile;
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const fitting = decoySizes.filter(([width, height]) => width * height <= maxPixels);
  const side = Math.max(64, 64 * Math.floor(Math.sqrt(Math.max(0, maxPixels)) / 64));
  const [width, height] = pick(fitting) ?? [side, side];
  return deriveImageRequest(
    {
      prompt: pick(decoyPrompts.image) ?? '',
      models: [pick(models) ?? ''],
      params: {
        width,
        height,
        steps: 20 + Math.floor(random() * 11),
        cfg_scale: 5 + Math.floor(random() * 6) / 2,
        sampler_name: pick(['k_euler_a', 'k_euler', 'k_dpmpp_2m'] as const) ?? 'k_euler_a',
      },
    },
    random,
  );
}
