import { join } from 'node:path';
import { Type } from 'typebox';
import { JobError } from '../job-error.ts';
import { loadSession, type GraphSession } from '../runtime/session.ts';
import { readJson, readOptionalJson, readText, type ModelFolder } from './model-folder.ts';
import { createSigmaTable, stableDiffusionSchedule, type SigmaTable } from './schedule.ts';
import type { Size } from './size.ts';
import { ClipTokenizer } from './tokenizer.ts';

/** What a UNet's output means (`engine.md` 2.1). */
export type Prediction = 'epsilon' | 'v_prediction';

/** A model in memory. */
export interface Model {
  readonly folder: ModelFolder;
  /** Execution provider that the graphs were loaded on. */
  readonly provider: string;
  readonly tokenizer: ClipTokenizer;
  readonly textEncoder: GraphSession;
  readonly unet: GraphSession;
  readonly vaeDecoder: GraphSession;
  readonly prediction: Prediction;
  readonly sigmas: SigmaTable;
  /** Latents are divided by it before they are decoded. */
  readonly vaeScale: number;
  /** Picture size that the graphs are fixed to. */
  readonly fixedSize: Size | undefined;
  release(): Promise<void>;
}

/** Side of a latent cell in pixels. */
export const latentCell = 8;
export const latentChannels = 4;
const defaultVaeScale = 0.18215;
const unetInputs = ['sample', 'timestep', 'encoder_hidden_states'];

const schedulerSchema = Type.Object({
  num_train_timesteps: Type.Optional(Type.Integer({ minimum: 2, maximum: 10_000 })),
  beta_start: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })),
  beta_end: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })),
  beta_schedule: Type.Optional(Type.String()),
  prediction_type: Type.Optional(Type.String()),
  rescale_betas_zero_snr: Type.Optional(Type.Boolean()),
});
const tokenSchema = Type.Union([Type.String(), Type.Object({ content: Type.String() }), Type.Null()]);
const tokenizerConfigSchema = Type.Object({ pad_token: Type.Optional(tokenSchema) });
const vaeConfigSchema = Type.Object({ scaling_factor: Type.Optional(Type.Number({ exclusiveMinimum: 0 })) });

/**
 * Loads a model's tokenizer, schedule and graphs.
 * @throws JobError `model_damaged`, `not_supported` for an architecture other than SD 1.x and 2.x, `out_of_memory`
 */
export async function loadModel(folder: ModelFolder, provider: string): Promise<Model> {
  const [schedule, tokenizer, vaeScale] = await Promise.all([
    readSchedule(folder),
    readTokenizer(folder),
    readVaeScale(folder),
  ]);
  const sessions: GraphSession[] = [];
  const load = async (file: string): Promise<GraphSession> => {
    const session = await loadSession(file, provider);
    sessions.push(session);
    return session;
  };
  const release = async (): Promise<void> => {
    for (const session of sessions) await session.release();
  };
  try {
    const textEncoder = await load(folder.textEncoder);
    const unet = await load(folder.unet);
    const vaeDecoder = await load(folder.vaeDecoder);
    requireKnownUnet(unet);
    const fixedSize = readFixedSize(unet);
    const graphs = { textEncoder, unet, vaeDecoder };
    return { folder, provider, tokenizer, ...graphs, ...schedule, vaeScale, fixedSize, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function readSchedule({
  folder,
}: ModelFolder): Promise<{ prediction: Prediction; sigmas: SigmaTable }> {
  const config =
    (await readOptionalJson(join(folder, 'scheduler', 'scheduler_config.json'), schedulerSchema)) ?? {};
  const prediction = config.prediction_type ?? 'epsilon';
  if (prediction !== 'epsilon' && prediction !== 'v_prediction') {
    throw new JobError('not_supported', `Prediction type ${prediction} is not supported`);
  }
  if ((config.beta_schedule ?? 'scaled_linear') !== 'scaled_linear') {
    throw new JobError('not_supported', `Noise schedule ${config.beta_schedule} is not supported`);
  }
  const sigmas = createSigmaTable({
    betaStart: config.beta_start ?? stableDiffusionSchedule.betaStart,
    betaEnd: config.beta_end ?? stableDiffusionSchedule.betaEnd,
    trainTimesteps: config.num_train_timesteps ?? stableDiffusionSchedule.trainTimesteps,
    rescaleZeroSnr: config.rescale_betas_zero_snr ?? false,
  });
  return { prediction, sigmas };
}

async function readTokenizer({ folder }: ModelFolder): Promise<ClipTokenizer> {
  const part = join(folder, 'tokenizer');
  const vocab = await readJson(
    join(part, 'vocab.json'),
    Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
  );
  const merges = await readText(join(part, 'merges.txt'));
  const configs = await Promise.all(
    ['tokenizer_config.json', 'special_tokens_map.json'].map((name) =>
      readOptionalJson(join(part, name), tokenizerConfigSchema),
    ),
  );
  const pad = configs
    .map((config) => config?.pad_token)
    .find((token) => token !== undefined && token !== null);
  try {
    return new ClipTokenizer({ vocab, merges, padToken: typeof pad === 'object' ? pad?.content : pad });
  } catch (cause) {
    throw new JobError('model_damaged', String(cause), { cause });
  }
}

async function readVaeScale({ folder }: ModelFolder): Promise<number> {
  for (const part of ['vae_decoder', 'vae']) {
    const config = await readOptionalJson(join(folder, part, 'config.json'), vaeConfigSchema);
    if (config?.scaling_factor !== undefined) return config.scaling_factor;
  }
  return defaultVaeScale;
}

function requireKnownUnet(unet: GraphSession): void {
  const names = [...unet.inputs.keys()];
  const missing = unetInputs.find((name) => !names.includes(name));
  if (missing) throw new JobError('model_damaged', `The UNet has no input ${missing}`);
  const unknown = names.find((name) => !unetInputs.includes(name));
  if (unknown) throw new JobError('not_supported', `UNets with the input ${unknown} are not supported`);
  const channels = unet.inputs.get('sample')?.shape[1];
  if (typeof channels === 'number' && channels !== latentChannels) {
    throw new JobError('not_supported', `UNets with ${channels} channels are not supported`);
  }
}

function readFixedSize(unet: GraphSession): Size | undefined {
  const [, , height, width] = unet.inputs.get('sample')?.shape ?? [];
  if (typeof height !== 'number' || typeof width !== 'number') return undefined;
  return { width: width * latentCell, height: height * latentCell };
}
