import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageJob } from '#shared/engine-protocol/image.ts';
import { floatToHalf } from '../runtime/half.ts';
import {
  elementTypes,
  writeGraph,
  type Dimension,
  type ElementType,
  type GraphConstant,
  type GraphNode,
} from './onnx-writer.ts';

/** How a toy UNet's graph looks: one of the exports of `engine.md` 1.3. */
export interface ToyUnet {
  /** out = sample·a + mean(states)·b + timestep·c */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly type?: 'float32' | 'float16';
  readonly timestepType?: ElementType;
  readonly timestepShape?: readonly Dimension[];
  readonly batch?: Dimension;
  readonly outputName?: string;
  readonly extraInput?: string;
}

/** A small job for the model that `writeToyModel` writes. */
export const toyJob: ImageJob = {
  model: 'Toy',
  prompt: 'cat',
  negativePrompt: '',
  width: 64,
  height: 64,
  steps: 3,
  cfgScale: 4,
  sampler: 'k_euler',
  karras: true,
  clipSkip: 1,
  seed: 1,
  batch: 1,
};

/** Width of the toy text states. */
export const toyWidth = 4;
const letters = Array.from('abcdefghijklmnopqrstuvwxyz!,.-:0123456789');
const pieces = [...letters, ...letters.map((letter) => `${letter}</w>`), 'ca', 'cat</w>'];

/** A vocabulary of letters and one word. */
export const toyVocab: Readonly<Record<string, number>> = Object.fromEntries(
  [...pieces, '<|startoftext|>', '<|endoftext|>'].map((piece, id) => [piece, id]),
);
const vocabSize = Object.keys(toyVocab).length;

function constant(name: string, type: ElementType, dims: readonly number[], values: number[]): GraphConstant {
  if (type === 'float16') return { name, type, dims, data: Uint16Array.from(values, floatToHalf) };
  if (type === 'int64') return { name, type, dims, data: BigInt64Array.from(values, BigInt) };
  return { name, type, dims, data: Float32Array.from(values) };
}

const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: NonNullable<GraphNode['attributes']> = {},
): GraphNode => ({ op, inputs, outputs: [output], attributes });

/** States of a token are a row of a small table. */
export function toyTextEncoder(): Uint8Array {
  const table = Array.from({ length: vocabSize * toyWidth }, (_, i) => Math.sin(1 + i * 0.37));
  return writeGraph({
    inputs: [{ name: 'input_ids', type: 'int32', shape: ['batch', 'sequence'] }],
    outputs: [{ name: 'last_hidden_state', type: 'float32', shape: ['batch', 'sequence', toyWidth] }],
    constants: [constant('table', 'float32', [vocabSize, toyWidth], table)],
    nodes: [node('Gather', ['table', 'input_ids'], 'last_hidden_state')],
  });
}

/** A UNet whose result is known in closed form. */
export function toyUnet(unet: ToyUnet): Uint8Array {
  const { type = 'float32', timestepType = 'float32', timestepShape = [1], batch = 'batch' } = unet;
  const output = unet.outputName ?? 'out_sample';
  const extra = unet.extraInput === undefined ? [] : [unet.extraInput];
  return writeGraph({
    inputs: [
      { name: 'sample', type, shape: [batch, 4, 'height', 'width'] },
      { name: 'timestep', type: timestepType, shape: timestepShape },
      { name: 'encoder_hidden_states', type, shape: [batch, 'sequence', toyWidth] },
      ...extra.map((name) => ({ name, type, shape: [batch, toyWidth] })),
    ],
    outputs: [{ name: output, type, shape: [batch, 4, 'height', 'width'] }],
    constants: [
      constant('a', type, [], [unet.a]),
      constant('b', type, [], [unet.b]),
      constant('c', type, [], [unet.c]),
      constant('axes', 'int64', [1], [3]),
    ],
    nodes: [
      node('Mul', ['sample', 'a'], 'from_sample'),
      node('ReduceMean', ['encoder_hidden_states'], 'mean', { axes: [1, 2], keepdims: 1 }),
      node('Unsqueeze', ['mean', 'axes'], 'mean_4d'),
      node('Mul', ['mean_4d', 'b'], 'from_states'),
      node('Cast', ['timestep'], 'time', { to: elementTypes[type] }),
      node('Mul', ['time', 'c'], 'from_time'),
      node('Add', ['from_sample', 'from_states'], 'sum'),
      node('Add', ['sum', 'from_time'], output),
    ],
  });
}

/** Three colors mixed from four channels, each cell eight pixels wide. */
export function toyVaeDecoder(): Uint8Array {
  const weights = [0.3, 0.1, 0, 0, 0, 0.3, 0.1, 0, 0, 0, 0.3, 0.1];
  return writeGraph({
    inputs: [{ name: 'latent_sample', type: 'float32', shape: ['batch', 4, 'height', 'width'] }],
    outputs: [{ name: 'sample', type: 'float32', shape: ['batch', 3, 'out_height', 'out_width'] }],
    constants: [
      constant('weights', 'float32', [3, 4, 1, 1], weights),
      constant('scales', 'float32', [4], [1, 1, 8, 8]),
    ],
    nodes: [
      node('Conv', ['latent_sample', 'weights'], 'mixed', { kernel_shape: [1, 1] }),
      node('Resize', ['mixed', '', 'scales'], 'sample', {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
    ],
  });
}

export interface ToyModel {
  readonly name?: string;
  readonly unet?: ToyUnet;
  readonly prediction?: string;
}

/** Writes a whole model folder of a few kilobytes in the diffusers layout; native size 64×64. */
export function writeToyModel(folder: string, { name = 'Toy', unet, prediction }: ToyModel = {}): void {
  const write = (path: string, content: string | Uint8Array): void => {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  };
  const yurtJson = {
    name,
    id: name.toLowerCase(),
    baseline: 'stable_diffusion_1',
    native_width: 64,
    native_height: 64,
    default_steps: 10,
    default_cfg: 5,
    default_sampler: 'k_euler',
    default_karras: true,
    nsfw: false,
    description: 'A model for tests.',
    preview_matrix: [
      [0.3, 0.2, 0.3],
      [0.3, 0.4, 0.2],
      [-0.2, 0.1, 0.2],
      [-0.2, -0.2, -0.7],
    ],
    preview_bias: [0, 0, 0],
  };
  write('yurt.json', JSON.stringify(yurtJson));
  write('scheduler/scheduler_config.json', JSON.stringify({ prediction_type: prediction ?? 'epsilon' }));
  write('tokenizer/vocab.json', JSON.stringify(toyVocab));
  write('tokenizer/merges.txt', '#version: 0.2\nc a\nca t</w>\n');
  write('text_encoder/model.onnx', toyTextEncoder());
  write('unet/model.onnx', toyUnet(unet ?? { a: 0.5, b: 0.3, c: 0.0001 }));
  write('vae_decoder/model.onnx', toyVaeDecoder());
  write('vae_decoder/config.json', JSON.stringify({ scaling_factor: 1 }));
}
