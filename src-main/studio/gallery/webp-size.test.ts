// oxlint-disable-next-line no-restricted-imports -- the test makes real pictures; core never opens one
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { webpSize } from './webp-size.ts';

const plain = (width: number, height: number, channels: 3 | 4) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 30, b: 90, alpha: 0.4 } } });

describe('webpSize', () => {
  it.each([
    ['lossy', () => plain(130, 67, 3).webp({ quality: 80 })],
    ['lossless', () => plain(130, 67, 3).webp({ lossless: true })],
    ['lossy with alpha', () => plain(130, 67, 4).webp({ quality: 80 })],
    [
      'extended',
      () =>
        plain(130, 67, 3)
          .keepMetadata()
          .withExif({ IFD0: { Artist: 'x' } })
          .webp(),
    ],
  ])('reads a %s file', async (_kind, make) => {
    expect(webpSize(await make().toBuffer())).toEqual({ width: 130, height: 67 });
  });

  it('knows what is not a WebP', async () => {
    const webp = await plain(8, 8, 3).webp().toBuffer();
    expect(webpSize(await plain(8, 8, 3).png().toBuffer())).toBeUndefined();
    expect(webpSize(webp.subarray(0, 20))).toBeUndefined();
    expect(webpSize(new Uint8Array(64))).toBeUndefined();
  });
});
