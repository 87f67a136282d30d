import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { DamagedModel, ImageModelInfo } from '#shared/engine-protocol/image.ts';
import { yurtJsonSchema, type YurtJson } from '#shared/engine-protocol/yurt-json.ts';
import { JobError } from '../job-error.ts';
import type { PreviewMatrix } from './picture.ts';

/** A model folder whose files are all there; the graphs themselves are not opened yet. */
export interface ModelFolder {
  readonly folder: string;
  readonly info: ImageModelInfo;
  readonly preview: PreviewMatrix | undefined;
  readonly textEncoder: string;
  readonly unet: string;
  readonly vaeDecoder: string;
}

const graphNames = ['model.onnx', 'model_fp16.onnx', 'model_optimized.onnx'];
const maxJsonBytes = 8 * 1024 * 1024;

/** Models in the given folders, one level deep; of two with one name the first counts. */
export async function scanModels(
  modelDirs: readonly string[],
): Promise<{ models: ModelFolder[]; damaged: DamagedModel[] }> {
  const models: ModelFolder[] = [];
  const damaged: DamagedModel[] = [];
  for (const folder of await findFolders(modelDirs)) {
    try {
      const model = await readModelFolder(folder);
      if (!models.some(({ info }) => info.name === model.info.name)) models.push(model);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      damaged.push({ name: await readName(folder), reason });
    }
  }
  return { models, damaged };
}

async function findFolders(modelDirs: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const dir of modelDirs) {
    const entries = await list(dir);
    for (const entry of entries) {
      const names = entry.isDirectory() ? await list(join(dir, entry.name)) : [];
      if (names.some(({ name }) => name === 'yurt.json')) found.push(join(dir, entry.name));
    }
  }
  return found.toSorted();
}

async function list(dir: string): Promise<Dirent[]> {
  return readdir(dir, { withFileTypes: true }).catch(() => []);
}

/** The name a damaged folder gives itself, else the folder's. */
async function readName(folder: string): Promise<string> {
  const named = Type.Object({ name: Type.String() });
  const json = await readJson(join(folder, 'yurt.json'), named).catch(() => undefined);
  return json?.name ?? basename(folder);
}

/**
 * Reads what a folder in the diffusers layout says of itself and finds its graphs (`engine.md` 1.1).
 * @throws JobError `model_damaged`
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const json = await readJson(join(folder, 'yurt.json'), yurtJsonSchema);
  for (const file of ['vocab.json', 'merges.txt']) await requireFile(join(folder, 'tokenizer', file));
  return {
    folder,
    info: toInfo(json, await folderSize(folder)),
    preview: json.preview_matrix && {
      rows: json.preview_matrix,
      bias: json.preview_bias ?? [0, 0, 0],
    },
    textEncoder: await findGraph(join(folder, 'text_encoder')),
    unet: await findGraph(join(folder, 'unet')),
    vaeDecoder: await findGraph(join(folder, 'vae_decoder')),
  };
}

function toInfo(json: YurtJson, sizeBytes: number): ImageModelInfo {
  return {
    name: json.name,
    id: json.id,
    baseline: json.baseline,
    nativeWidth: json.native_width,
    nativeHeight: json.native_height,
    defaults: {
      steps: json.default_steps,
      cfgScale: json.default_cfg,
      sampler: json.default_sampler,
      karras: json.default_karras,
    },
    nsfw: json.nsfw,
    description: json.description,
    sizeBytes,
  };
}

async function findGraph(part: string): Promise<string> {
  const graphs = (await list(part)).map(({ name }) => name).filter((name) => name.endsWith('.onnx'));
  const name =
    graphNames.find((known) => graphs.includes(known)) ?? (graphs.length === 1 ? graphs[0] : undefined);
  if (name === undefined) throw new JobError('model_damaged', `No graph in ${basename(part)}`);
  return join(part, name);
}

async function requireFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new JobError('model_damaged', `${basename(file)} is missing`);
}

async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A text file of a model, bounded. @throws JobError `model_damaged` */
export async function readText(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new JobError('model_damaged', `${basename(file)} is missing`);
  if (found.size > maxJsonBytes) throw new JobError('model_damaged', `${basename(file)} is too large`);
  return readFile(file, 'utf8');
}

/** A JSON file of a model, checked. @throws JobError `model_damaged` */
export async function readJson<Schema extends TSchema>(
  file: string,
  schema: Schema,
): Promise<Static<Schema>> {
  const text = await readText(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new JobError('model_damaged', `${basename(file)} is not JSON`);
  }
  if (Value.Check(schema, json)) return json;
  const [error] = Value.Errors(schema, json);
  const where = error ? ` at ${error.instancePath || '/'}: ${error.message}` : '';
  throw new JobError('model_damaged', `${basename(file)} is not what it should be${where}`);
}

/** The same for a file that may be absent. */
export async function readOptionalJson<Schema extends TSchema>(
  file: string,
  schema: Schema,
): Promise<Static<Schema> | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found ? readJson(file, schema) : undefined;
}
