import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { type YurtJson, yurtJsonSchema } from '#shared/engine-protocol/yurt-json.ts';
import { createHordeClient, type HordeClient, type HordeSend } from '#shared/horde/client.ts';
import type { ImageParams } from '#shared/horde/requests/schema.ts';
import { createYurt } from '../fixtures/yurt.ts';
import type { Picture } from './regions.ts';
import { readJson } from './training-files.ts';

/** A started Yurt that makes pictures with one model, asked as any client of the public API asks. */
export interface TinyYurt extends AsyncDisposable {
  /** The guidance that the model names as its own. */
  readonly defaultCfg: number;
  make(prompt: string, params: ImageParams): Promise<MadePicture>;
}

export interface MadePicture {
  readonly picture: Picture;
  /** From sending the request until the horde calls it done. */
  readonly seconds: number;
}

const pollMs = 20;
const limitMs = 120_000;
/** What a model that is not the embedded one is called while it is measured: names must differ. */
const measuredName = 'Measured Model';

/**
 * Starts Yurt on a data folder of its own, which is removed at the end.
 * @param modelDir folder in the diffusers layout; one that is not embedded is copied into the data folder
 */
export async function startTinyYurt(modelDir: string, isEmbedded: boolean): Promise<TinyYurt> {
  const dataDir = await mkdtemp(join(tmpdir(), 'yurt-measure-'));
  const about = await readJson(join(modelDir, 'yurt.json'), yurtJsonSchema);
  const name = isEmbedded ? about.name : measuredName;
  if (!isEmbedded) await installModel(modelDir, about, join(dataDir, 'models', 'measured'));
  const yurt = createYurt({ dataDir });
  const stop = async (): Promise<void> => {
    if (yurt.isRunning) await yurt.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const line = await yurt.start();
    if (!line.worker.models.includes(name)) throw new Error(`Yurt has no model ${name}.\n${yurt.stderr}`);
    const client = createHordeClient({
      send,
      baseUrl: line.horde,
      apiKey: line.admin_key,
      clientAgent: 'yurt-measure:1:unknown',
    });
    return {
      defaultCfg: about.default_cfg,
      make: (prompt, params) => makePicture(client, name, prompt, params),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Copies a model into a data folder, under a name that no other model has. */
async function installModel(modelDir: string, about: YurtJson, target: string): Promise<void> {
  await cp(modelDir, target, { recursive: true });
  const renamed = { ...about, name: measuredName, id: 'measured' };
  await writeFile(join(target, 'yurt.json'), JSON.stringify(renamed));
}

async function makePicture(
  client: HordeClient,
  model: string,
  prompt: string,
  params: ImageParams,
): Promise<MadePicture> {
  const start = performance.now();
  const { id } = await client.generateAsync({ prompt, models: [model], params });
  if (id === undefined) throw new Error('the request was accepted without an id');
  for (;;) {
    const check = await client.generateCheck(id);
    if (check.done) break;
    if (check.faulted) throw new Error(`"${prompt}" could not be made`);
    if (performance.now() - start > limitMs) throw new Error(`"${prompt}" took too long`);
    await sleep(pollMs);
  }
  const seconds = (performance.now() - start) / 1000;
  const { generations } = await client.generateStatus(id);
  const [generation] = generations;
  if (!generation) throw new Error(`"${prompt}" has no picture`);
  return { picture: await download(generation.img), seconds };
}

async function download(url: string): Promise<Picture> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the picture was refused with status ${answer.status}`);
  return decode(Buffer.from(await answer.arrayBuffer()));
}

/** Decodes a picture file. */
export async function decode(file: Buffer): Promise<Picture> {
  const raw = sharp(file).removeAlpha().toColourspace('srgb').raw();
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
}

const send: HordeSend = async ({ url, ...init }) => {
  const answer = await fetch(url, init);
  const headers = Object.fromEntries(answer.headers);
  return { status: answer.status, headers, body: await answer.text() };
};
