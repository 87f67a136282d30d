import { crc32, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { pictureSize } from '#shared/horde/alchemy/picture-size.ts';
import { decoyPicture } from './decoy-picture.ts';

/** The chunks of a PNG, each with a checksum that is right. */
function chunksOf(png: Buffer): Array<{ type: string; data: Buffer }> {
  const chunks: Array<{ type: string; data: Buffer }> = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const named = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.push({ type: named.toString('latin1', 0, 4), data: named.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

it('paints a PNG of its size, full of colours, and never the same twice', async () => {
  const pictures = [await decoyPicture(Math.random), await decoyPicture(Math.random)];
  for (const png of pictures) {
    const { width, height } = pictureSize(png) ?? expect.fail();
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(384);
    const chunks = chunksOf(png);
    expect(chunks.map((chunk) => chunk.type)).toEqual(['IHDR', 'IDAT', 'IEND']);
    const rows = inflateSync(chunks[1]?.data ?? Buffer.alloc(0));
    const stride = width * 3 + 1;
    expect(rows.length).toBe(stride * height);
    // No row is filtered.
    expect(Array.from({ length: height }, (_, y) => rows[y * stride])).toEqual(Array(height).fill(0));
    expect(new Set(rows).size).toBeGreaterThan(50);
  }
  expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false);
});

it('paints the same by the same dice', async () => {
  const dice = () => {
    let seed = 1;
    return () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  };
  expect((await decoyPicture(dice())).equals(await decoyPicture(dice()))).toBe(true);
});
