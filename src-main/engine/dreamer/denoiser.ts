import type { Tensor } from 'onnxruntime-node';
import { JobError, throwIfCancelled } from '../job-error.ts';
import type { GraphSession } from '../runtime/session.ts';
import { readTensor } from '../runtime/tensors.ts';
import { concatenate, repeatTo, type Conditioning } from './conditioning.ts';
import type { Prediction } from './model.ts';
import type { Latent } from './samplers/index.ts';
import { nearestTimestep, type SigmaTable } from './schedule.ts';

export interface DenoiserOptions {
  readonly unet: GraphSession;
  readonly sigmas: SigmaTable;
  readonly prediction: Prediction;
  readonly positive: Conditioning;
  readonly negative: Conditioning;
  /** 1 leaves the negative prompt out. */
  readonly cfgScale: number;
  /** Pictures, channels, height and width of the latent. */
  readonly shape: readonly [number, number, number, number];
  readonly signal: AbortSignal;
  /** Told after every UNet call. */
  readonly onCall: () => void;
}

/** D(x, σ) ≈ x₀ with guidance, and how many UNet calls one evaluation takes. */
export interface Denoiser {
  readonly callsPerStep: number;
  denoise(x: Latent, sigma: number): Promise<Latent>;
}

/** What one UNet call computes: rows of pictures with their conditionings. */
interface Call {
  readonly rows: readonly Row[];
  readonly states: Tensor;
}
interface Row {
  readonly picture: number;
  readonly isNegative: boolean;
}

/** Above this many copies of the shorter prompt two calls are cheaper than one. */
const maxRepeats = 4;
const outputNames = ['out_sample', 'latent', 'noise_pred'];

/** A denoiser from a UNet, ε or v, with classifier-free guidance. Source: `engine.md` 2.1, 2.2. */
export function createDenoiser(options: DenoiserOptions): Denoiser {
  const { unet, shape, cfgScale } = options;
  const calls = planCalls(options);
  const size = shape[1] * shape[2] * shape[3];
  const output = outputNames.find((name) => unet.outputs.some((info) => info.name === name));
  const outputName = output ?? unet.outputs[0]?.name ?? '';

  const predict = async (x: Latent, sigma: number): Promise<Float32Array> => {
    const scale = 1 / Math.sqrt(1 + sigma ** 2);
    const timestep = feedTimestep(unet, nearestTimestep(options.sigmas, sigma));
    const guided = new Float32Array(x.length);
    for (const call of calls) {
      throwIfCancelled(options.signal);
      const sample = gatherRows(x, call.rows, size, scale);
      const feeds = {
        sample: unet.feed('sample', sample, [call.rows.length, shape[1], shape[2], shape[3]]),
        timestep,
        encoder_hidden_states: call.states,
      };
      const predicted = readTensor(await unet.run(feeds, outputName));
      options.onCall();
      addGuided(guided, predicted, call.rows, size, cfgScale);
    }
    return guided;
  };

  return {
    callsPerStep: calls.length,
    denoise: async (x, sigma) => {
      const predicted = await predict(x, sigma);
      requireFinite(predicted);
      const toX = options.prediction === 'epsilon' ? 1 : 1 / (1 + sigma ** 2);
      const toPredicted = options.prediction === 'epsilon' ? sigma : sigma / Math.sqrt(1 + sigma ** 2);
      return x.map((value, i) => toX * value - toPredicted * (predicted[i] ?? 0));
    },
  };
}

/**
 * Pairs negative and positive of each picture in one call; a graph with a fixed batch gets exactly that many
 * rows, the last call filled up with copies whose result is not read.
 */
function planCalls({ unet, shape, cfgScale, positive, negative }: DenoiserOptions): Call[] {
  const isGuided = cfgScale !== 1;
  const length = commonLength(positive.length, negative.length);
  const canPair = length <= maxRepeats * Math.min(positive.length, negative.length);
  const states = (row: Row): Float32Array => {
    const conditioning = row.isNegative ? negative : positive;
    return (isGuided && canPair ? repeatTo(conditioning, length) : conditioning).states;
  };
  const rows: Row[] = Array.from({ length: shape[0] }, (_, picture) => {
    const row = { picture, isNegative: false };
    return isGuided ? [{ picture, isNegative: true }, row] : [row];
  }).flat();
  const fixedBatch = unet.inputs.get('sample')?.shape[0];
  const perCall = typeof fixedBatch === 'number' ? fixedBatch : isGuided && canPair ? 2 : 1;
  const calls: Call[] = [];
  for (let start = 0; start < rows.length; start += perCall) {
    const own = rows.slice(start, start + perCall);
    const filled = fillUp(own.map(states), perCall);
    const tokens = (filled[0]?.length ?? 0) / positive.width;
    const dims = [perCall, tokens, positive.width];
    const tensor = unet.feed('encoder_hidden_states', concatenate(filled), dims);
    calls.push({ rows: fillUp(own, perCall), states: tensor });
  }
  return calls;
}

function fillUp<T>(items: readonly T[], length: number): T[] {
  const last = items.at(-1);
  return last === undefined ? [] : [...items, ...Array.from({ length: length - items.length }, () => last)];
}

function commonLength(a: number, b: number): number {
  let [rest, divisor] = [a, b];
  while (divisor > 0) [rest, divisor] = [divisor, rest % divisor];
  return (a * b) / rest;
}

function feedTimestep(unet: GraphSession, timestep: number): Tensor {
  const shape = unet.inputs.get('timestep')?.shape ?? [];
  if (shape.length === 0) return unet.feed('timestep', [timestep], []);
  const count = typeof shape[0] === 'number' ? shape[0] : 1;
  return unet.feed(
    'timestep',
    Array.from({ length: count }, () => timestep),
    [count],
  );
}

function gatherRows(x: Latent, rows: readonly Row[], size: number, scale: number): Float32Array {
  const sample = new Float32Array(rows.length * size);
  rows.forEach(({ picture }, row) => {
    for (let i = 0; i < size; i++) sample[row * size + i] = scale * (x[picture * size + i] ?? 0);
  });
  return sample;
}

/** Adds what each row weighs in u + s·(c − u); copies that only fill a call weigh nothing. */
function addGuided(
  guided: Float32Array,
  predicted: Float32Array,
  rows: readonly Row[],
  size: number,
  cfgScale: number,
): void {
  new Set(rows).forEach((row) => {
    const weight = row.isNegative ? 1 - cfgScale : cfgScale;
    const from = rows.indexOf(row) * size;
    const to = row.picture * size;
    for (let i = 0; i < size; i++)
      guided[to + i] = (guided[to + i] ?? 0) + weight * (predicted[from + i] ?? 0);
  });
}

/** One sum finds overflow before a black picture is delivered (`engine.md` 1.5). */
function requireFinite(values: Float32Array): void {
  let sum = 0;
  for (const value of values) sum += value;
  if (!Number.isFinite(sum)) throw new JobError('internal', 'Numerical overflow in the UNet');
}
