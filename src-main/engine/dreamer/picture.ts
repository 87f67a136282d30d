import sharp, { type Sharp } from 'sharp';
import type { Size } from './size.ts';

/** Interleaved RGB, eight bits each. */
export interface RgbPicture extends Size {
  readonly pixels: Uint8Array;
}

/** What turns a latent into a rough picture without the decoder: 4×3 weights and a bias (`engine.md` 2.11). */
export interface PreviewMatrix {
  readonly rows: ReadonlyArray<readonly number[]>;
  readonly bias: readonly number[];
}

const pictureQuality = 95;
const previewQuality = 60;
const previewSide = 256;

/** Channel planes in −1 … 1 to pixels, rounded half up (`engine.md` 2.12). */
export function planesToRgb(planes: Float32Array, { width, height }: Size): RgbPicture {
  const area = width * height;
  const pixels = new Uint8Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < area; i++) {
      const value = ((planes[channel * area + i] ?? 0) + 1) / 2;
      pixels[3 * i + channel] = Math.floor(Math.min(1, Math.max(0, value)) * 255 + 0.5);
    }
  }
  return { pixels, width, height };
}

/** A rough picture of a latent, one pixel for each of its cells. */
export function latentToRgb(latent: ArrayLike<number>, size: Size, matrix: PreviewMatrix): RgbPicture {
  const area = size.width * size.height;
  const planes = new Float32Array(3 * area);
  for (let color = 0; color < 3; color++) {
    planes.fill(matrix.bias[color] ?? 0, color * area, (color + 1) * area);
    matrix.rows.forEach((row, channel) => {
      const weight = row[color] ?? 0;
      for (let i = 0; i < area; i++) {
        planes[color * area + i] =
          (planes[color * area + i] ?? 0) + weight * (latent[channel * area + i] ?? 0);
      }
    });
  }
  return planesToRgb(planes, size);
}

/** A finished picture as WebP, scaled to the wanted size; what exceeds its proportion is cut off evenly. */
export async function encodePicture(picture: RgbPicture, wanted: Size): Promise<Uint8Array> {
  return raw(picture)
    .resize(wanted.width, wanted.height, { fit: 'cover', kernel: 'lanczos3' })
    .webp({ quality: pictureQuality })
    .toBuffer();
}

/** A preview as small WebP. */
export async function encodePreview(picture: RgbPicture): Promise<Uint8Array> {
  return raw(picture)
    .resize(previewSide, previewSide, { fit: 'inside', kernel: 'cubic' })
    .webp({ quality: previewQuality, effort: 0 })
    .toBuffer();
}

function raw({ pixels, width, height }: RgbPicture): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
