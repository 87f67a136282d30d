import sharp from 'sharp';
import type { Picture } from '../fixtures/pixels.ts';

/** A picture and how it was judged: the color of the frame round it on the sheet. */
export interface SheetPicture {
  readonly picture: Picture;
  readonly mark: string | undefined;
}

const columns = 20;
const gap = 6;

/** Writes all pictures into one PNG, row by row, a frame round those that are marked. */
export async function writeSheet(file: string, pictures: readonly SheetPicture[]): Promise<void> {
  const [first] = pictures;
  if (!first) return;
  const cell = { width: first.picture.width + gap, height: first.picture.height + gap };
  const layers = pictures.flatMap(({ picture, mark }, i) => {
    const left = (i % columns) * cell.width;
    const top = Math.floor(i / columns) * cell.height;
    const raw = { width: picture.width, height: picture.height, channels: 3 as const };
    const made = { input: Buffer.from(picture.rgb), raw, left: left + gap / 2, top: top + gap / 2 };
    if (mark === undefined) return [made];
    return [{ input: { create: { ...cell, channels: 3 as const, background: mark } }, left, top }, made];
  });
  const width = Math.min(columns, pictures.length) * cell.width;
  const height = Math.ceil(pictures.length / columns) * cell.height;
  await sharp({ create: { width, height, channels: 3, background: '#101014' } })
    .composite(layers)
    .png()
    .toFile(file);
}
