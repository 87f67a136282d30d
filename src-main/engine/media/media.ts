import sharp, { type Sharp } from 'sharp';
import type { EncodedPicture, PictureLimits } from '#shared/engine-protocol/media.ts';
import { JobError } from '../job-error.ts';

const thumbnailQuality = 80;
const timeoutSeconds = 20;
/** First bytes of the formats that are opened; nothing else reaches a decoder. */
const signatures: ReadonlyArray<(bytes: Buffer) => boolean> = [
  (bytes) => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
];

/** Re-encodes a PNG, JPEG or WebP as WebP without its metadata. @throws JobError `bad_picture` */
export async function toWebp(
  picture: Uint8Array,
  limits: PictureLimits,
  quality: number,
): Promise<EncodedPicture> {
  return encode((await open(picture, limits)).webp({ quality }));
}

/** A WebP whose longer side is at most `maxSide`. @throws JobError `bad_picture` */
export async function thumbnail(
  picture: Uint8Array,
  limits: PictureLimits,
  maxSide: number,
): Promise<EncodedPicture> {
  const opened = await open(picture, limits);
  const scaled = opened.resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true });
  return encode(scaled.webp({ quality: thumbnailQuality }));
}

/** Checks everything that the header tells before a pixel is decoded. */
async function open(picture: Uint8Array, limits: PictureLimits): Promise<Sharp> {
  if (picture.byteLength > limits.maxBytes) throw bad(`it has more than ${limits.maxBytes} bytes`);
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  if (!signatures.some((matches) => matches(bytes))) throw bad('it is no PNG, JPEG or WebP');
  const limitInputPixels = limits.maxWidth * limits.maxHeight;
  const opened = sharp(bytes, { limitInputPixels, failOn: 'error' });
  const { width, height } = await opened.metadata().catch(throwBad);
  if (width > limits.maxWidth || height > limits.maxHeight)
    throw bad(`${width}×${height} pixels are too many`);
  return opened.timeout({ seconds: timeoutSeconds }).autoOrient();
}

async function encode(picture: Sharp): Promise<EncodedPicture> {
  const { data, info } = await picture.toBuffer({ resolveWithObject: true }).catch(throwBad);
  return { webp: data, width: info.width, height: info.height };
}

function bad(reason: string): JobError {
  return new JobError('bad_picture', `The picture was refused: ${reason}`);
}

function throwBad(cause: unknown): never {
  throw bad(cause instanceof Error ? cause.message : String(cause));
}
