import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLane } from '#shared/common/lane.ts';
import type { EngineReply } from '#shared/engine-protocol/messages.ts';
import type { ModelScan } from '#shared/engine-protocol/image.ts';
import type { EncodedPicture } from '#shared/engine-protocol/media.ts';
import { packPayload, unpackPayload, type PayloadFiles } from '#shared/engine-protocol/payload.ts';
import { EngineError, type ImageEngine, type MediaEngine } from './engine-clients.ts';
import { EngineLink, type EngineLog } from './engine-link.ts';
import type { EngineProcess, EngineRole } from './ports.ts';

export interface MediaEngineOptions {
  readonly spawn: (role: EngineRole) => EngineProcess;
  readonly log: EngineLog;
  /** Folder for pictures that are too large for a message; made when missing. */
  readonly tempDir: string;
  /** Wait before the first restart of a dead process. */
  readonly restartDelayMs?: number;
}

export interface ImageEngineOptions extends MediaEngineOptions {
  /** Folders whose subfolders are models. */
  readonly modelDirs: readonly string[];
  /** Execution provider of onnxruntime, for example `cpu`. */
  readonly provider: string;
}

/** Starts the image engine and keeps it running; jobs run one after the other. */
export function createImageEngine(options: ImageEngineOptions): ImageEngine {
  const { link, files } = openLink('image', options, options.modelDirs, options.provider);
  const lane = createLane();
  const scan = async (): Promise<ModelScan> => {
    const reply = await link.request({ type: 'listModels' });
    return reply.type === 'modelsListed' ? reply : unexpected(reply);
  };
  return {
    get state() {
      return link.state;
    },
    onState: (listener) => link.onState(listener),
    scan,
    models: async () => (await scan()).models,
    generate: async (job, onProgress, signal) => {
      const reply = await lane(() =>
        link.request(
          { type: 'generate', job },
          {
            signal,
            onProgress: ({ done, expected, preview }) => onProgress({ done, expected, preview }),
          },
        ),
      );
      if (reply.type !== 'generated') return unexpected(reply);
      const pictures = await Promise.all(reply.pictures.map((picture) => unpack(picture, files)));
      return { pictures, notes: reply.notes, timings: reply.timings };
    },
    unload: async () => {
      await link.request({ type: 'unload' });
    },
    stop: () => link.stop(),
  };
}

/** Starts the media process and keeps it running. */
export function createMediaEngine(options: MediaEngineOptions): MediaEngine {
  const { link, files } = openLink('media', options, [], 'cpu');
  const pack = (picture: Uint8Array) => packPayload(picture, `in-${randomUUID()}`, files);
  const receive = async (reply: EngineReply): Promise<EncodedPicture> =>
    reply.type === 'encoded' ? unpack(reply.picture, files) : unexpected(reply);
  return {
    toWebp: async (picture, limits, quality) => {
      requireSize(picture, limits.maxBytes);
      return receive(await link.request({ type: 'toWebp', picture: await pack(picture), limits, quality }));
    },
    thumbnail: async (picture, limits, maxSide) => {
      requireSize(picture, limits.maxBytes);
      return receive(
        await link.request({ type: 'thumbnail', picture: await pack(picture), limits, maxSide }),
      );
    },
    stop: () => link.stop(),
  };
}

function openLink(
  role: EngineRole,
  options: MediaEngineOptions,
  modelDirs: readonly string[],
  provider: string,
): { link: EngineLink; files: PayloadFiles } {
  const { tempDir } = options;
  mkdirSync(tempDir, { recursive: true });
  const link = new EngineLink({
    spawn: () => options.spawn(role),
    log: options.log,
    configuration: { type: 'configure', modelDirs: [...modelDirs], provider, tempDir },
    ...(options.restartDelayMs !== undefined && { restartDelayMs: options.restartDelayMs }),
  });
  const files: PayloadFiles = {
    write: (name, bytes) => writeFile(join(tempDir, name), bytes, { mode: 0o600 }),
    take: async (name) => {
      const bytes = await readFile(join(tempDir, name));
      await rm(join(tempDir, name), { force: true });
      return bytes;
    },
  };
  return { link, files };
}

async function unpack(
  { webp, width, height }: Extract<EngineReply, { type: 'encoded' }>['picture'],
  files: PayloadFiles,
): Promise<EncodedPicture> {
  return { webp: await unpackPayload(webp, files), width, height };
}

/** What is too large is refused before it is copied to the other process. */
function requireSize(picture: Uint8Array, maxBytes: number): void {
  if (picture.byteLength > maxBytes) throw new EngineError('bad_picture', `More than ${maxBytes} bytes`);
}

function unexpected(reply: EngineReply): never {
  throw new EngineError('internal', `The engine answered with ${reply.type}`);
}
