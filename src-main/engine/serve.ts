import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  parseToEngine,
  type EngineReply,
  type EngineRequest,
  type FromEngine,
  type ToEngine,
} from '#shared/engine-protocol/messages.ts';
import type { EncodedPicture } from '#shared/engine-protocol/media.ts';
import { packPayload, unpackPayload, type PayloadFiles } from '#shared/engine-protocol/payload.ts';
import { JobError } from './job-error.ts';
import type { ParentPort } from './parent-port.ts';

type Configuration = Extract<ToEngine, { type: 'configure' }>;

/** What a request may use while it runs. */
interface RequestContext {
  readonly files: PayloadFiles;
  readonly signal: AbortSignal;
  readonly send: (message: FromEngine) => void;
}

/** Answers the requests of one role. @throws JobError */
type Handler = (request: EngineRequest, context: RequestContext) => Promise<EngineReply>;

/** Roles load only what they need: a media process never opens a graph. */
const roles: Readonly<Record<string, (configuration: Configuration) => Promise<Handler>>> = {
  image: createImageHandler,
  media: createMediaHandler,
};

/** Serves core over the port until it is stopped or core is gone. */
export function serveEngine(role: string, port: ParentPort, exit: () => void): void {
  const running = new Map<number, AbortController>();
  let configured: Promise<{ handler: Handler; files: PayloadFiles }> | undefined;
  const send = (message: FromEngine): void => port.send(message);

  const answer = async (request: EngineRequest): Promise<void> => {
    const controller = new AbortController();
    running.set(request.id, controller);
    try {
      if (!configured) throw new JobError('internal', 'The engine is not configured');
      const { handler, files } = await configured;
      send(await handler(request, { files, signal: controller.signal, send }));
    } catch (error) {
      const code = error instanceof JobError ? error.code : 'internal';
      send({
        type: 'failed',
        id: request.id,
        code,
        message: error instanceof Error ? error.message : String(error),
      });
    } finally {
      running.delete(request.id);
    }
  };

  port.onClose(exit);
  port.onMessage((received) => {
    const message = parseToEngine(received);
    if (!message) return;
    if (message.type === 'stop') exit();
    else if (message.type === 'cancel') running.get(message.id)?.abort();
    else if (message.type === 'configure') configured = configure(role, message, send);
    else void answer(message);
  });
}

async function configure(
  role: string,
  configuration: Configuration,
  send: (message: FromEngine) => void,
): Promise<{ handler: Handler; files: PayloadFiles }> {
  const create = roles[role];
  if (!create) throw new JobError('internal', `There is no role ${role}`);
  const handler = await create(configuration);
  send({ type: 'ready' });
  return { handler, files: createFiles(configuration.tempDir) };
}

function createFiles(folder: string): PayloadFiles {
  return {
    write: (name, bytes) => writeFile(join(folder, name), bytes, { mode: 0o600 }),
    take: async (name) => {
      const bytes = await readFile(join(folder, name));
      await rm(join(folder, name), { force: true });
      return bytes;
    },
  };
}

async function createImageHandler({ modelDirs, provider }: Configuration): Promise<Handler> {
  const { createDreamer } = await import('./dreamer/dreamer.ts');
  const dreamer = createDreamer({ modelDirs, provider, now: () => performance.now() });
  return async (request, { files, signal, send }) => {
    const { id } = request;
    if (request.type === 'listModels') {
      const { models, damaged } = await dreamer.scan();
      return { type: 'modelsListed', id, models: [...models], damaged: [...damaged] };
    }
    if (request.type === 'unload') {
      await dreamer.unload();
      return { type: 'unloaded', id };
    }
    if (request.type !== 'generate') throw new JobError('not_supported', 'This engine makes pictures only');
    const onProgress: Parameters<typeof dreamer.generate>[1] = ({ done, expected, preview }) =>
      send({ type: 'progress', id, done, expected, ...(preview && { preview }) });
    const result = await dreamer.generate(request.job, onProgress, signal);
    const pictures = await Promise.all(result.pictures.map((picture) => pack(picture, files)));
    return { type: 'generated', id, pictures, notes: [...result.notes], timings: result.timings };
  };
}

async function createMediaHandler(): Promise<Handler> {
  const { thumbnail, toWebp } = await import('./media/media.ts');
  return async (request, { files }) => {
    if (request.type !== 'toWebp' && request.type !== 'thumbnail') {
      throw new JobError('not_supported', 'This engine codes pictures only');
    }
    const bytes = await unpackPayload(request.picture, files);
    const encoded =
      request.type === 'toWebp'
        ? await toWebp(bytes, request.limits, request.quality)
        : await thumbnail(bytes, request.limits, request.maxSide);
    return { type: 'encoded', id: request.id, picture: await pack(encoded, files) };
  };
}

async function pack(picture: EncodedPicture, files: PayloadFiles) {
  return { ...picture, webp: await packPayload(picture.webp, `out-${randomUUID()}`, files) };
}
