import { describe, expect, it } from 'vitest';
import { hasAlpha } from './alpha.ts';

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const be32 = (value: number) =>
  String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
const png = (colourType: number, ...chunks: string[]) =>
  bytes(
    `\x89PNG\r\n\x1a\n${be32(13)}IHDR${be32(1)}${be32(1)}\x08${String.fromCharCode(colourType)}\0\0\0CRC!` +
      chunks.map((name) => `${be32(2)}${name}ab1234`).join(''),
  );
const webp = (chunk: string, at: number, flag: number) => {
  const made = bytes(`RIFF0000WEBP${chunk}`.padEnd(40, '\0'));
  made[at] = flag;
  return made;
};

describe('transparency of a picture', () => {
  it.each<[string, boolean, Uint8Array]>([
    ['a PNG with alpha', true, png(6, 'IDAT')],
    ['a gray PNG with alpha', true, png(4, 'IDAT')],
    ['a PNG without', false, png(2, 'gAMA', 'IDAT', 'tRNS')],
    ['a palette with a transparent entry', true, png(3, 'PLTE', 'tRNS', 'IDAT')],
    ['an extended WebP with alpha', true, webp('VP8X', 20, 0x10)],
    ['an extended WebP without', false, webp('VP8X', 20, 0x08)],
    ['a lossless WebP with alpha', true, webp('VP8L', 24, 0x10)],
    ['a lossy WebP', false, webp('VP8 ', 20, 0x10)],
    ['a JPEG', false, bytes('\xff\xd8\xff\xe0JFIF')],
    ['nothing', false, new Uint8Array()],
    ['the head of a PNG alone', false, png(2)],
  ])('%s: %s', (_name, expected, picture) => expect(hasAlpha(picture)).toBe(expected));
});
