import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError, type MediaEngine } from '#main/platform/engine-clients.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { EncodedPicture, PictureLimits } from '#shared/engine-protocol/media.ts';
import { type OrphanSweep, removeOrphans } from './orphans.ts';
import { type Bucket, createLinkSigner, type LinkSigner } from './links.ts';

/** Key of a job's picture in the object store. */
export const pictureKey = (jobId: string): string => `${jobId}.webp`;

const maxPendingBytes = 256 * 1024 * 1024;
/** Download links live 30 minutes and are signed anew at every status call. */
const downloadSeconds = 1800;

/** 64 × 64 pixels of gray as WebP. */
const grayPicture = Buffer.from(
  'UklGRjgAAABXRUJQVlA4ICwAAACQAwCdASpAAEAAPzmcyV2vKyikoggB4CcJaQAAEDdTUAV4hbkAAP7Z2AAAAA==',
  'base64',
);

export interface ImagesService {
  readonly signer: LinkSigner;
  uploadLink(base: string, jobId: string, ttlSeconds: number): string;
  downloadLink(base: string, bucket: Bucket, key: string, seconds?: number): string;
  /** Keeps an upload in memory until its job is submitted. @throws ProblemError 503 when memory is full */
  hold(key: string, bytes: Uint8Array): void;
  held(jobId: string): Uint8Array | undefined;
  drop(jobId: string): void;
  /**
   * Checks, re-encodes and stores a picture.
   * @returns its pixels, as stored
   * @throws ProblemError 400 `ImageValidationFailed`
   */
  store(
    bucket: Bucket,
    key: string,
    bytes: Uint8Array,
    limits: PictureLimits,
    quality: number,
  ): Promise<{ readonly width: number; readonly height: number }>;
  /** Decodes a picture and keeps nothing. @throws ProblemError 400 `ImageValidationFailed` */
  check(bytes: Uint8Array, limits: PictureLimits): Promise<void>;
  /** Puts the neutral picture in the place of one that must not be kept. */
  placeholder(bucket: Bucket, key: string): Promise<void>;
  read(bucket: Bucket, key: string): Promise<Uint8Array | undefined>;
  remove(bucket: Bucket, key: string): Promise<void>;
  /** Removes old files of what there is no more. @returns how many */
  removeOrphans(now: number, keptOf: OrphanSweep['keptOf']): Promise<number>;
}

export interface ImagesOptions {
  /** Folder of the object store. */
  readonly folder: string;
  /** Secret of this installation; links signed with another one do not open. */
  readonly secret: Uint8Array;
  readonly media: MediaEngine;
  readonly clock: Clock;
}

/** The object store of the private horde: files in a folder, opened by signed links. */
export function createImagesService(options: ImagesOptions): ImagesService {
  const signer = createLinkSigner(options.secret, options.clock);
  const pending = new Map<string, { bytes: Uint8Array; expires: number }>();
  const fileOf = (bucket: Bucket, key: string) => join(options.folder, bucket, key.slice(0, 2), key);
  const expiry = (seconds: number) => Math.floor(options.clock() / 1000) + seconds;
  return {
    signer,
    uploadLink: (base, jobId, ttl) =>
      signer.sign(base, {
        method: 'PUT',
        bucket: 'transient',
        key: pictureKey(jobId),
        expires: expiry(Math.max(1800, ttl + 300)),
      }),
    downloadLink: (base, bucket, key, seconds = downloadSeconds) =>
      signer.sign(base, { method: 'GET', bucket, key, expires: expiry(seconds) }),
    hold: (key, bytes) => {
      forgetExpired(pending, options.clock());
      const others = [...pending].reduce((sum, [name, it]) => sum + (name === key ? 0 : it.bytes.length), 0);
      if (others + bytes.length > maxPendingBytes) {
        throw new ProblemError(503, undefined, 'Too many uploads wait. Try again in a moment.');
      }
      pending.set(key, { bytes, expires: options.clock() + 3_600_000 });
    },
    held: (jobId) => pending.get(pictureKey(jobId))?.bytes,
    drop: (jobId) => void pending.delete(pictureKey(jobId)),
    store: async (bucket, key, bytes, limits, quality) => {
      const { webp, width, height } = await encode(options.media, bytes, limits, quality);
      await writeWhole(fileOf(bucket, key), webp);
      return { width, height };
    },
    check: async (bytes, limits) => {
      await encode(options.media, bytes, limits, 1);
    },
    placeholder: (bucket, key) => writeWhole(fileOf(bucket, key), grayPicture),
    read: async (bucket, key) => {
      try {
        return await readFile(fileOf(bucket, key));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove: (bucket, key) => rm(fileOf(bucket, key), { force: true }),
    removeOrphans: (now, keptOf) => removeOrphans({ folder: options.folder, now, keptOf }),
  };
}

function forgetExpired(pending: Map<string, { bytes: Uint8Array; expires: number }>, now: number): void {
  for (const [key, upload] of pending) if (upload.expires < now) pending.delete(key);
}

async function encode(
  media: MediaEngine,
  bytes: Uint8Array,
  limits: PictureLimits,
  quality: number,
): Promise<EncodedPicture> {
  try {
    return await media.toWebp(bytes, limits, quality);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'bad_picture') throw error;
    throw new ProblemError(400, 'ImageValidationFailed', `The picture cannot be used: ${error.message}`, {
      cause: error,
    });
  }
}

/** A reader sees the whole file or none: written beside, synced, renamed. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const neighbour = `${file}.${randomUUID()}.new`;
  try {
    const handle = await open(neighbour, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(neighbour, file);
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
}
