import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AppDatabase } from '#main/db/database.ts';
import { EngineError, type MediaEngine } from '#main/platform/engine-clients.ts';
import type { EventHub } from '#main/studio/events/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { largestResult } from '#shared/engine-protocol/media.ts';
import type { GalleryImage, GalleryPage, GalleryQuery } from '#shared/studio/gallery/schema.ts';
import { listPictures, pictureFileName, thumbnailFileName, writeWhole } from './files.ts';
import { createGalleryRepository, galleryImageOf, type GalleryRow, type PagePlace } from './repository.ts';
import { webpSize } from './webp-size.ts';

/** A finished picture with every setting that made it. The same id is the same picture. */
export type NewPicture = Omit<
  GalleryImage,
  'binnedAt' | 'width' | 'height' | 'sizeBytes' | 'fileName' | 'imageUrl' | 'thumbnailUrl'
> & { readonly bytes: Uint8Array };

/** What the start found: pictures gone from the folder, back again, and files that nothing knows. */
export interface ReconcileReport {
  readonly missing: number;
  readonly returned: number;
  readonly unknownFiles: number;
}

export interface GalleryService {
  /**
   * Keeps a picture: its files, then the row. Saving it again changes nothing.
   * It is decoded once before, for the thumbnail: a worker's bytes may only begin like a picture.
   * @throws EngineError `bad_picture` when the bytes are no picture
   */
  save(picture: NewPicture): Promise<GalleryImage>;
  /** @throws ProblemError 400 for a cursor that is not ours */
  page(query: GalleryQuery): Promise<GalleryPage>;
  /** @throws ProblemError 404 */
  get(id: string): Promise<GalleryImage>;
  bin(id: string): Promise<GalleryImage>;
  restore(id: string): Promise<GalleryImage>;
  /** Erases a picture for good: its files, then its row. @throws ProblemError 404, 409 unless it is in the bin */
  erase(id: string): Promise<void>;
  /** Path of the picture's file. @throws ProblemError 404 */
  imagePath(id: string): Promise<string>;
  /** Bytes of the thumbnail, made now where it is missing. @throws ProblemError 404 */
  thumbnail(id: string): Promise<Uint8Array>;
  /** Compares rows and files: hides rows without a file, shows those whose file is back. */
  reconcile(): Promise<ReconcileReport>;
}

export interface GalleryDeps {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly dataDir: string;
  readonly media: Pick<MediaEngine, 'toWebp' | 'thumbnail'>;
  readonly events: EventHub;
  readonly log: Logger;
}

const thumbnailSide = 384;
const defaultPageSize = 60;
const reconcileBatch = 500;
/** For pictures that come in another format than WebP. */
const conversionQuality = 95;

export function createGalleryService(deps: GalleryDeps): GalleryService {
  const { clock, events, log, media } = deps;
  const rows = createGalleryRepository(deps.db);
  const galleryDir = join(deps.dataDir, 'gallery');
  const thumbnailDir = join(deps.dataDir, 'thumbnails');
  const inSaving = new Map<string, Promise<GalleryImage>>();
  const inMaking = new Map<string, Promise<Uint8Array>>();

  const find = async (id: string): Promise<GalleryRow> => {
    const found = await rows.find(id);
    if (!found) throw new ProblemError(404, 'ImageNotFound', 'This picture is not in the gallery.');
    return found;
  };

  const makeThumbnail = (id: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    const running = inMaking.get(id);
    if (running) return running;
    const making = (async () => {
      const { webp } = await media.thumbnail(await read(), largestResult, thumbnailSide);
      await writeWhole(join(thumbnailDir, thumbnailFileName(id)), webp);
      return webp;
    })().finally(() => inMaking.delete(id));
    inMaking.set(id, making);
    return making;
  };

  const store = async (picture: NewPicture): Promise<GalleryImage> => {
    const known = await rows.find(picture.id);
    if (known) return galleryImageOf(known);
    const { webp, width, height } = await asWebp(media, picture.bytes);
    const thumbnail = await media.thumbnail(webp, largestResult, thumbnailSide).catch(ifReadable);
    const fileName = pictureFileName(picture);
    await writeWhole(join(galleryDir, fileName), webp);
    if (thumbnail) {
      await writeWhole(join(thumbnailDir, thumbnailFileName(picture.id)), thumbnail.webp).catch(
        (error: unknown) => log.warn({ err: error, image: picture.id }, 'no thumbnail yet'),
      );
    }
    const isNew = await rows.insert(rowOf(picture, { fileName, width, height, sizeBytes: webp.length }));
    const image = galleryImageOf(await find(picture.id));
    if (isNew) events.publish({ type: 'imageAdded', image });
    return image;
  };

  const setBinned = async (id: string, binnedAt: number | null): Promise<GalleryImage> => {
    const isChanged = await rows.setBinned(id, binnedAt);
    const image = galleryImageOf(await find(id));
    if (isChanged) events.publish({ type: 'imageChanged', id, image });
    return image;
  };

  return {
    save: (picture) => {
      const running = inSaving.get(picture.id);
      if (running) return running;
      const saving = store(picture).finally(() => inSaving.delete(picture.id));
      inSaving.set(picture.id, saving);
      return saving;
    },
    page: async ({ bin = false, cursor, limit = defaultPageSize }) => {
      const after = cursor === undefined ? undefined : placeOf(cursor);
      const [found, total] = await Promise.all([rows.page(bin, limit + 1, after), rows.count(bin)]);
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return { images: shown.map(galleryImageOf), nextCursor: last ? cursorOf(last) : null, total };
    },
    get: async (id) => galleryImageOf(await find(id)),
    bin: (id) => setBinned(id, clock()),
    restore: (id) => setBinned(id, null),
    erase: async (id) => {
      const { binned_at: binnedAt, file_name: fileName } = await find(id);
      if (binnedAt === null) {
        throw new ProblemError(409, 'ImageNotInBin', 'Only a picture in the bin can be erased.');
      }
      await rm(join(galleryDir, fileName), { force: true });
      await rm(join(thumbnailDir, thumbnailFileName(id)), { force: true });
      if (await rows.removeBinned(id)) events.publish({ type: 'imageChanged', id, image: null });
    },
    imagePath: async (id) => join(galleryDir, (await find(id)).file_name),
    thumbnail: async (id) => {
      const { file_name: fileName } = await find(id);
      try {
        return await readFile(join(thumbnailDir, thumbnailFileName(id)));
      } catch {
        return makeThumbnail(id, () => readFile(join(galleryDir, fileName))).catch((error: unknown) => {
          log.warn({ err: error, image: id }, 'no thumbnail');
          throw new ProblemError(404, 'ImageNotFound', 'The file of this picture cannot be read.');
        });
      }
    },
    reconcile: async () => {
      const files = await listPictures(galleryDir, Date.now());
      const counts = { missing: 0, returned: 0 };
      let batch = await rows.filesAfter('', reconcileBatch);
      for (let last = batch.at(-1); last; last = batch.at(-1)) {
        const changes: Promise<unknown>[] = [];
        for (const row of batch) {
          // A picture that was saved since the folder was listed is not missing.
          const isMissing = !files.delete(row.file_name) && !(await isThere(join(galleryDir, row.file_name)));
          const wasMissing = row.is_missing === 1;
          if (isMissing) counts.missing += 1;
          else if (wasMissing) counts.returned += 1;
          if (isMissing !== wasMissing) changes.push(rows.setMissing(row.id, isMissing));
        }
        await Promise.all(changes);
        batch = await rows.filesAfter(last.id, reconcileBatch);
      }
      return { ...counts, unknownFiles: files.size };
    },
  };
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** A media process that fails for another reason costs the thumbnail, which is made when it is asked for. */
function ifReadable(error: unknown): undefined {
  if (error instanceof EngineError && error.code === 'bad_picture') throw error;
  return undefined;
}

/** WebP stays byte for byte what the worker made; other formats are decoded and encoded anew. */
async function asWebp(media: Pick<MediaEngine, 'toWebp'>, bytes: Uint8Array) {
  const size = webpSize(bytes);
  if (!size) return media.toWebp(bytes, largestResult, conversionQuality);
  return { webp: bytes, ...size };
}

function rowOf(
  picture: NewPicture,
  file: { fileName: string; width: number; height: number; sizeBytes: number },
): GalleryRow {
  return {
    id: picture.id,
    creation_id: picture.creationId,
    created_at: picture.createdAt,
    binned_at: null,
    is_missing: 0,
    file_name: file.fileName,
    size_bytes: file.sizeBytes,
    width: file.width,
    height: file.height,
    prompt: picture.prompt,
    negative_prompt: picture.negativePrompt,
    model: picture.model,
    sampler: picture.sampler,
    karras: picture.karras ? 1 : 0,
    steps: picture.steps,
    cfg_scale: picture.cfgScale,
    seed: picture.seed,
    horde_name: picture.hordeName,
    worker_name: picture.workerName,
    kudos: picture.kudos,
    is_censored: picture.isCensored ? 1 : 0,
    notes: JSON.stringify(picture.notes),
  };
}

function cursorOf(row: GalleryRow): string {
  return `${row.created_at}.${row.id}`;
}

function placeOf(cursor: string): PagePlace {
  const [, createdAt, id] = /^(\d{1,15})\.(.+)$/s.exec(cursor) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw new ProblemError(400, 'BadRequest', 'The cursor is not one of a page before.');
  }
  return { createdAt: Number(createdAt), id };
}
