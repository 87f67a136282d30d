import { JobError } from '../job-error.ts';
import { readTensor } from '../runtime/tensors.ts';
import { chunkLength, layOutChunks, type Chunk } from './chunks.ts';
import type { Model } from './model.ts';
import { parsePromptWeights } from './prompt-weights.ts';

/** What the UNet reads of a prompt: `length` tokens of `width` numbers. */
export interface Conditioning {
  readonly states: Float32Array;
  readonly length: number;
  readonly width: number;
}

const embeddingPattern = /embedding:[^\s,():]+/g;
const stateOutputs = ['last_hidden_state', 'text_embeddings'];

/** Encodes a prompt with its weights, chunk by chunk. `notes` gains what was left out. Source: `engine.md` 2.2. */
export async function encodePrompt(model: Model, prompt: string, notes: Set<string>): Promise<Conditioning> {
  for (const [name] of prompt.matchAll(embeddingPattern))
    notes.add(`${name} is not available and was left out`);
  const parts = parsePromptWeights(prompt.replaceAll(embeddingPattern, ''));
  const segments = parts.map(({ text, weight }) => ({ ids: model.tokenizer.encode(text), weight }));
  const chunks = layOutChunks(segments, model.tokenizer);
  const isFixed = typeof model.unet.inputs.get('encoder_hidden_states')?.shape[1] === 'number';
  if (isFixed && chunks.length > 1) {
    notes.add('The model reads 75 tokens: the rest of the prompt was left out');
    chunks.length = 1;
  }
  const encoded: Float32Array[] = [];
  for (const chunk of chunks) encoded.push(await encodeWeighted(model, chunk));
  const states = concatenate(encoded);
  const length = chunks.length * chunkLength;
  return { states, length, width: states.length / length };
}

/** Moves each token's states away from those of the empty prompt, or towards them, by its weight. */
async function encodeWeighted(model: Model, chunk: Chunk): Promise<Float32Array> {
  const states = await encodeChunk(model, chunk);
  if (chunk.weights.every((weight) => weight === 1)) return states;
  const [empty] = layOutChunks([], model.tokenizer);
  const neutral = empty ? await encodeChunk(model, empty) : states;
  const width = states.length / chunk.ids.length;
  return states.map((value, i) => {
    const from = neutral[i] ?? 0;
    return from + (chunk.weights[Math.floor(i / width)] ?? 1) * (value - from);
  });
}

async function encodeChunk({ textEncoder }: Model, { ids }: Chunk): Promise<Float32Array> {
  const names = textEncoder.outputs.map(({ name }) => name);
  const output = stateOutputs.find((name) => names.includes(name)) ?? names[0];
  if (output === undefined) throw new JobError('model_damaged', 'The text encoder has no output');
  const feeds = { input_ids: textEncoder.feed('input_ids', ids, [1, ids.length]) };
  return readTensor(await textEncoder.run(feeds, output));
}

/** Repeats a conditioning to a multiple of its length: attention over copies changes nothing. */
export function repeatTo(conditioning: Conditioning, length: number): Conditioning {
  const copies = Math.round(length / conditioning.length);
  const states = concatenate(Array.from({ length: copies }, () => conditioning.states));
  return { ...conditioning, states, length };
}

export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
