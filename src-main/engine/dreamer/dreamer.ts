import type { ImageJob, ImageProgress, ImageResult, ModelScan } from '#shared/engine-protocol/image.ts';
import { JobError, throwIfCancelled } from '../job-error.ts';
import { readTensor } from '../runtime/tensors.ts';
import { encodePrompt } from './conditioning.ts';
import { createDenoiser } from './denoiser.ts';
import { scanModels, type ModelFolder } from './model-folder.ts';
import { latentCell, latentChannels, loadModel, type Model } from './model.ts';
import { TorchGenerator } from './noise.ts';
import { encodePicture, encodePreview, latentToRgb, planesToRgb, type RgbPicture } from './picture.ts';
import { findSampler, type Latent } from './samplers/index.ts';
import { karrasSchedule, normalSchedule } from './schedule.ts';
import { planSize, type Size } from './size.ts';

export interface DreamerOptions {
  readonly modelDirs: readonly string[];
  /** Execution provider of onnxruntime that is tried first, for example `webgpu`; `cpu` is the fallback. */
  readonly provider: string;
  /** Milliseconds that only move forward. */
  readonly now: () => number;
}

/** Makes pictures. One job at a time; the model used last stays loaded. */
export interface Dreamer {
  /** Models in the folders, and folders that say they are one but lack something. */
  scan(): Promise<ModelScan>;
  /** @throws JobError */
  generate(
    job: ImageJob,
    onProgress: (progress: ImageProgress) => void,
    signal: AbortSignal,
  ): Promise<ImageResult>;
  unload(): Promise<void>;
}

/** Least time between two previews of a job. */
const previewIntervalMs = 300;

export function createDreamer(options: DreamerOptions): Dreamer {
  let loaded: Model | undefined;
  let provider = options.provider;
  /** What the preferred provider failed with; every job is told that it ran on the processor. */
  let fallbackNote: string | undefined;

  const unload = async (): Promise<void> => {
    const model = loaded;
    loaded = undefined;
    await model?.release();
  };
  const findModel = async (name: string): Promise<ModelFolder> => {
    const { models, damaged } = await scanModels(options.modelDirs);
    const folder = models.find(({ info }) => info.name === name);
    const broken = damaged.find((entry) => entry.name === name);
    if (!folder && broken) throw new JobError('model_damaged', broken.reason);
    if (!folder) throw new JobError('model_unknown', `There is no model ${name}`);
    return folder;
  };
  const ensureLoaded = async (name: string): Promise<Model> => {
    if (loaded?.folder.info.name === name && loaded.provider === provider) return loaded;
    const folder = await findModel(name);
    await unload();
    loaded = await loadModel(folder, provider);
    return loaded;
  };
  const attempt = async (
    job: ImageJob,
    onProgress: (progress: ImageProgress) => void,
    signal: AbortSignal,
  ): Promise<ImageResult> => {
    const startMs = options.now();
    throwIfCancelled(signal);
    const model = await ensureLoaded(job.model);
    const loadMs = options.now() - startMs;
    return dream(model, job, { onProgress, signal, now: options.now, loadMs });
  };

  return {
    scan: async () => {
      const { models, damaged } = await scanModels(options.modelDirs);
      return { models: models.map(({ info }) => info), damaged };
    },
    generate: async (job, onProgress, signal) => {
      const wanted = provider;
      try {
        return withNote(await attempt(job, onProgress, signal), fallbackNote);
      } catch (error) {
        if (wanted === 'cpu' || !mayRunOnProcessor(error)) throw error;
        provider = 'cpu';
        const result = await attempt(job, onProgress, signal).catch((cause: unknown) => {
          // It fails there too: the model or the job is to blame, not the provider.
          provider = wanted;
          throw cause;
        });
        fallbackNote = `The processor was used: ${wanted} failed (${error.message})`;
        return withNote(result, fallbackNote);
      }
    },
    unload,
  };
}

/**
 * Whether the failure may be the provider's: a missing library or adapter, an operation that the device
 * lacks, its memory (`engine.md` 4.3).
 */
function mayRunOnProcessor(error: unknown): error is JobError {
  return error instanceof JobError && ['not_supported', 'internal', 'out_of_memory'].includes(error.code);
}

function withNote(result: ImageResult, note: string | undefined): ImageResult {
  return note === undefined ? result : { ...result, notes: [...result.notes, note] };
}

interface DreamContext {
  readonly onProgress: (progress: ImageProgress) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly loadMs: number;
}

async function dream(model: Model, job: ImageJob, context: DreamContext): Promise<ImageResult> {
  const notes = new Set<string>();
  const { sampled, note } = planSize(job, nativeSize(model), model.fixedSize);
  if (note) notes.add(note);
  if (job.clipSkip > 1) notes.add('The model has no inner text states: clip skip 1 was used');
  const startMs = context.now();
  const positive = await encodePrompt(model, job.prompt, notes);
  const negative = await encodePrompt(model, job.negativePrompt, notes);
  const encodedMs = context.now();
  const latent = await sample(model, job, { ...context, sampled, positive, negative, notes });
  const sampledMs = context.now();
  const size = latent.length / job.batch;
  const pictures: Array<{ webp: Uint8Array; width: number; height: number }> = [];
  for (let i = 0; i < job.batch; i++) {
    throwIfCancelled(context.signal);
    const picture = await decode(model, latent.subarray(i * size, (i + 1) * size), sampled);
    pictures.push({ webp: await encodePicture(picture, job), width: job.width, height: job.height });
  }
  const timings = {
    loadMs: context.loadMs,
    encodeMs: encodedMs - startMs,
    sampleMs: sampledMs - encodedMs,
    decodeMs: context.now() - sampledMs,
  };
  return { pictures, notes: [...notes], timings };
}

function nativeSize({ folder }: Model): Size {
  return { width: folder.info.nativeWidth, height: folder.info.nativeHeight };
}

interface SampleContext extends DreamContext {
  readonly sampled: Size;
  readonly positive: Awaited<ReturnType<typeof encodePrompt>>;
  readonly negative: Awaited<ReturnType<typeof encodePrompt>>;
  readonly notes: Set<string>;
}

async function sample(model: Model, job: ImageJob, context: SampleContext): Promise<Latent> {
  const cells = { width: context.sampled.width / latentCell, height: context.sampled.height / latentCell };
  const { sampler, note } = findSampler(job.sampler);
  if (note) context.notes.add(note);
  const sigmas = (job.karras ? karrasSchedule : normalSchedule)(model.sigmas, job.steps);
  let done = 0;
  const denoiser = createDenoiser({
    unet: model.unet,
    sigmas: model.sigmas,
    prediction: model.prediction,
    positive: context.positive,
    negative: context.negative,
    cfgScale: job.cfgScale,
    shape: [job.batch, latentChannels, cells.height, cells.width],
    signal: context.signal,
    onCall: () => {
      done++;
    },
  });
  const expected = denoiser.callsPerStep * (sigmas.length - 1);
  const preview = createPreviewer(model, cells, context.now);
  context.onProgress({ done: 0, expected, preview: undefined });

  const x = startLatent(job, cells, sigmas[0] ?? 0);
  const ancestral = new TorchGenerator(job.seed + 1);
  await sampler({
    x,
    sigmas,
    denoise: async (current, sigma) => {
      const denoised = await denoiser.denoise(current, sigma);
      context.onProgress({ done, expected, preview: await preview(denoised) });
      return denoised;
    },
    noise: () => ancestral.randn(x.length),
  });
  return x;
}

/** Noise for the whole batch in one draw, scaled as a schedule that starts at σ_max wants it (`engine.md` 2.4). */
function startLatent(job: ImageJob, cells: Size, sigma: number): Float32Array {
  const noise = new TorchGenerator(job.seed).randn(job.batch * latentChannels * cells.width * cells.height);
  const scale = Math.sqrt(1 + sigma ** 2);
  return noise.map((value) => scale * value);
}

function createPreviewer(
  { folder }: Model,
  cells: Size,
  now: () => number,
): (denoised: Latent) => Promise<Uint8Array | undefined> {
  const matrix = folder.preview;
  let lastMs = now();
  return async (denoised) => {
    if (!matrix || now() - lastMs < previewIntervalMs) return undefined;
    lastMs = now();
    return encodePreview(latentToRgb(denoised, cells, matrix));
  };
}

async function decode(model: Model, latent: Latent, size: Size): Promise<RgbPicture> {
  const { vaeDecoder } = model;
  const [input] = vaeDecoder.inputs.keys();
  const output = vaeDecoder.outputs[0]?.name;
  if (input === undefined || output === undefined)
    throw new JobError('model_damaged', 'The decoder is no graph');
  const scaled = Float32Array.from(latent, (value) => value / model.vaeScale);
  const dims = [1, latentChannels, size.height / latentCell, size.width / latentCell];
  const planes = readTensor(await vaeDecoder.run({ [input]: vaeDecoder.feed(input, scaled, dims) }, output));
  if (planes.length !== 3 * size.width * size.height) {
    throw new JobError('model_damaged', 'The decoder gives a picture of another size');
  }
  if (planes.some((value) => !Number.isFinite(value))) {
    throw new JobError('internal', 'Numerical overflow in the decoder');
  }
  return planesToRgb(planes, size);
}
