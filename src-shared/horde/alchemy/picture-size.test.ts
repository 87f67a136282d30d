import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { pictureSize } from './picture-size.ts';

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 9, g: 99, b: 200, alpha: 0.5 } } });

describe('the size of a picture', () => {
  it.each([
    ['png', blank(70, 31).png()],
    ['jpeg', blank(70, 31).jpeg()],
    ['progressive jpeg', blank(70, 31).jpeg({ progressive: true })],
    ['turned jpeg', blank(70, 31).withMetadata({ orientation: 6 }).jpeg()],
    ['webp', blank(70, 31).removeAlpha().webp()],
    ['webp with alpha', blank(70, 31).webp()],
    ['lossless webp', blank(70, 31).webp({ lossless: true })],
  ])('is read from the header of a %s', async (_kind, made) => {
    const bytes = await made.toBuffer();
    expect(pictureSize(bytes)).toEqual({ width: 70, height: 31 });
    // Cut off anywhere it is the same or nothing.
    for (let length = 0; length < Math.min(bytes.length, 700); length += 1) {
      const size = pictureSize(bytes.subarray(0, length));
      if (size !== undefined) expect(size).toEqual({ width: 70, height: 31 });
    }
  });

  it('is nothing of what is no picture, and nothing makes it fail', () => {
    expect(pictureSize(new Uint8Array(0))).toBeUndefined();
    expect(pictureSize(new TextEncoder().encode('<svg width="10" height="10"></svg>'))).toBeUndefined();
    expect(pictureSize(new TextEncoder().encode('RIFF0000WEBPXXXX'.padEnd(60)))).toBeUndefined();
    const starts = [[0xff, 0xd8], [0x89, 0x50, 0x4e, 0x47], [...new TextEncoder().encode('RIFF')], []];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const size = pictureSize(new Uint8Array([...start, ...rest]));
        expect(size === undefined || (size.width > 0 && size.height > 0)).toBe(true);
      }),
    );
  });
});
