import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type YurtJson, yurtJsonSchema } from '#shared/engine-protocol/yurt-json.ts';
import type { ImageParams } from '#shared/horde/requests/schema.ts';
import { hordeClientOf, makePicture, type MadePicture } from '../fixtures/horde.ts';
import { createYurt } from '../fixtures/yurt.ts';
import { readJson } from './training-files.ts';

/** A started Yurt that makes pictures with one model, asked as any client of the public API asks. */
export interface TinyYurt extends AsyncDisposable {
  /** The guidance that the model names as its own. */
  readonly defaultCfg: number;
  make(prompt: string, params: ImageParams): Promise<MadePicture>;
}

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
    await yurt.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const line = await yurt.start();
    if (!line.worker.models.includes(name)) throw new Error(`Yurt has no model ${name}.\n${yurt.stderr}`);
    const client = hordeClientOf(line.horde, line.admin_key);
    return {
      defaultCfg: about.default_cfg,
      make: (prompt, params) => makePicture(client, { prompt, models: [name], params }),
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
