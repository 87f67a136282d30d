import { isDiskFull } from '#main/platform/disk-full.ts';
import { EngineError } from '#main/platform/engine-clients.ts';
import type { GalleryService } from '#main/studio/gallery/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { largestResult } from '#shared/engine-protocol/media.ts';
import type { Generation, RequestStatus } from '#shared/horde/requests/schema.ts';
import type { Creation, CreationProblem } from '#shared/studio/creations/schema.ts';
import { problemCodes, shortened } from './sending.ts';

/** What came from the link of a picture. Rejects when nothing came at all. */
export type Download = (
  url: string,
  options: { maxBytes: number; signal: AbortSignal },
) => Promise<
  { kind: 'bytes'; bytes: Uint8Array } | { kind: 'tooLarge' } | { kind: 'refused'; status: number }
>;

export interface PictureDeps {
  readonly gallery: Pick<GalleryService, 'save'>;
  readonly download: Download;
  readonly clock: Clock;
  readonly connection: { readonly name: string; readonly url: string };
}

export interface SavedPictures {
  /** All that the gallery has of the creation, oldest first. */
  readonly imageIds: string[];
  /** Why the last of those failed that are not tried again. */
  readonly refused: CreationProblem | null;
  /** Why the last of those failed that are tried again. */
  readonly missed: CreationProblem | null;
}

/** Brings finished pictures of one request from the horde into the gallery. */
export interface PictureSaver {
  save(creation: Creation, status: RequestStatus, signal: AbortSignal): Promise<SavedPictures>;
}

/** A failure with its words; `again` says whether another try may help. */
class PictureError extends Error {
  override readonly name = 'PictureError';
  readonly problem: CreationProblem;
  readonly again: 'no' | 'some times' | 'until it works';

  constructor(again: PictureError['again'], code: string, message: string) {
    super(message);
    this.again = again;
    this.problem = { code, message };
  }
}

const maxTries = 5;
const maxIdLength = 100;

/** A saver for one request: it remembers what cannot be had, so that it is not fetched for ever. */
export function createPictureSaver(deps: PictureDeps): PictureSaver {
  const tries = new Map<string, number>();
  const givenUp = new Map<string, CreationProblem>();

  const saveOne = async (
    creation: Creation,
    generation: Generation,
    kudos: number,
    signal: AbortSignal,
  ): Promise<void> => {
    const bytes = await bytesOf(generation, deps, signal);
    try {
      await deps.gallery.save({
        ...describe(creation, generation),
        kudos,
        bytes,
        createdAt: deps.clock(),
        hordeName: deps.connection.name,
      });
    } catch (error) {
      throw pictureError(error);
    }
  };

  return {
    save: async (creation, status, signal) => {
      const imageIds = [...creation.imageIds];
      let refused: CreationProblem | null = null;
      let missed: CreationProblem | null = null;
      const kudos = Math.round((100 * status.kudos) / Math.max(1, status.generations.length)) / 100;
      for (const generation of status.generations.slice(0, creation.input.count)) {
        const { id } = generation;
        if (imageIds.includes(id)) continue;
        const lost = givenUp.get(id);
        if (lost) {
          refused = lost;
          continue;
        }
        try {
          await saveOne(creation, generation, kudos, signal);
          imageIds.push(id);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof PictureError)) throw error;
          const count = (tries.get(id) ?? 0) + 1;
          tries.set(id, count);
          const isFinal = error.again === 'no' || (error.again === 'some times' && count >= maxTries);
          if (isFinal) givenUp.set(id, error.problem);
          if (isFinal) refused = error.problem;
          else missed = error.problem;
        }
      }
      return { imageIds, refused, missed };
    },
  };
}

async function bytesOf(generation: Generation, deps: PictureDeps, signal: AbortSignal): Promise<Uint8Array> {
  const { id, img, gen_metadata: metadata } = generation;
  const isBlocked = metadata.some((item) => item.type === 'censorship' && item.value === 'csam');
  if (isBlocked || img === 'N/A') {
    throw new PictureError(
      'no',
      problemCodes.blocked,
      'The picture was blocked. It is neither shown nor kept.',
    );
  }
  if (id === '' || id.length > maxIdLength) {
    throw new PictureError('no', problemCodes.badPicture, 'The horde gave a picture without a usable id.');
  }
  if (!/^[a-z][a-z0-9+.-]*:/i.test(img)) return Buffer.from(img, 'base64');
  if (!isAllowedLink(img, deps.connection.url)) {
    throw new PictureError('no', problemCodes.download, 'The horde gave a link that Yurt does not open.');
  }
  const answer = await deps
    .download(img, { maxBytes: largestResult.maxBytes, signal })
    .catch((error: unknown) => {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      throw new PictureError('until it works', problemCodes.download, `A picture did not arrive: ${reason}`);
    });
  if (answer.kind === 'bytes') return answer.bytes;
  throw answer.kind === 'tooLarge'
    ? new PictureError('no', problemCodes.badPicture, 'The horde sent a picture of more than 32 MiB.')
    : new PictureError(
        'some times',
        problemCodes.download,
        `The link of a picture answered ${answer.status}.`,
      );
}

/** A stranger's link must not lead into this network: encrypted ones, and the horde's own address. */
export function isAllowedLink(link: string, hordeUrl: string): boolean {
  const url = URL.parse(link);
  if (!url || url.username !== '' || url.password !== '') return false;
  return (
    url.protocol === 'https:' || (url.protocol === 'http:' && url.origin === URL.parse(hordeUrl)?.origin)
  );
}

/** Why the gallery did not take a picture. */
function pictureError(error: unknown): PictureError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EngineError) {
    return error.code === 'bad_picture'
      ? new PictureError('no', problemCodes.badPicture, `What the horde sent is no picture: ${message}`)
      : new PictureError('some times', problemCodes.internal, `A picture could not be read: ${message}`);
  }
  const code = isDiskFull(error) ? problemCodes.diskFull : problemCodes.internal;
  return new PictureError('until it works', code, `A picture could not be saved: ${message}`);
}

function describe(creation: Creation, generation: Generation) {
  const { input } = creation;
  return {
    id: generation.id,
    creationId: creation.id,
    prompt: input.prompt,
    negativePrompt: input.negativePrompt,
    model: generation.model.slice(0, 255),
    sampler: input.sampler,
    karras: input.karras,
    steps: input.steps,
    cfgScale: input.cfgScale,
    seed: generation.seed.slice(0, 100),
    workerName: generation.worker_name.slice(0, 255),
    isCensored: generation.censored,
    notes: notesOf(generation),
  };
}

/** Words of the worker as they are; other entries as `type: value`. */
function notesOf({ gen_metadata: metadata }: Generation): string[] {
  return metadata
    .slice(0, 50)
    .map(({ type, value, ref }) =>
      type === 'information' && ref !== undefined
        ? shortened(ref)
        : [type, value, ref].filter(Boolean).join(': '),
    );
}
