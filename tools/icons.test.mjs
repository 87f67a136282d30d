// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { packIcns, packIco } from './icons.mjs';
import { projectRoot } from './setup.mjs';

/** @param {string} name */
const icon = (name) => readFileSync(join(projectRoot, 'resources', 'icons', name));

/** @param {Buffer} png */
const sideOf = async (png) => (await sharp(png).metadata()).width;

/** The images of an .ico file, read as Windows does. @param {Buffer} ico */
function readIco(ico) {
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1]);
  return Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const at = 6 + index * 16;
    const [size, offset] = [ico.readUInt32LE(at + 8), ico.readUInt32LE(at + 12)];
    return { side: ico.readUInt8(at) || 256, png: ico.subarray(offset, offset + size) };
  });
}

/** The images of an .icns file, read as macOS does. @param {Buffer} icns */
function readIcns(icns) {
  expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length]);
  const images = [];
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    const type = icns.toString('latin1', at, at + 4);
    images.push({ type, png: icns.subarray(at + 8, at + icns.readUInt32BE(at + 4)) });
  }
  return images;
}

describe('the containers', () => {
  const [one, two] = [Buffer.from('one'), Buffer.from('second')];

  it('give back what was packed', () => {
    const images = [
      { side: 16, png: one },
      { side: 256, png: two },
    ];
    expect(readIco(packIco(images))).toEqual(images);
    const typed = [
      { type: 'ic07', png: one },
      { type: 'ic10', png: two },
    ];
    expect(readIcns(packIcns(typed))).toEqual(typed);
  });
});

describe('the committed icons', () => {
  it('hold what their names say', async () => {
    for (const side of [16, 32, 48, 64, 128, 256, 512]) {
      expect(await sideOf(icon(`${side}x${side}.png`))).toBe(side);
    }
    for (const { side, png } of readIco(icon('icon.ico'))) expect(await sideOf(png)).toBe(side);
    const sides = await Promise.all(readIcns(icon('icon.icns')).map(({ png }) => sideOf(png)));
    expect(sides).toEqual([32, 64, 128, 256, 256, 512, 512, 1024]);
    for (const name of ['tray', 'trayTemplate']) {
      expect(await sideOf(icon(`${name}.png`))).toBe(16);
      expect(await sideOf(icon(`${name}@2x.png`))).toBe(32);
    }
  });

  it('have a template for the menu bar of macOS that is black where it is anything', async () => {
    const { data } = await sharp(icon('trayTemplate@2x.png'))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const pixels = Array.from({ length: data.length / 4 }, (_, index) =>
      data.subarray(index * 4, index * 4 + 4),
    );
    const drawn = pixels.filter((pixel) => (pixel[3] ?? 0) > 0);
    expect(drawn.length).toBeGreaterThan(100);
    expect(drawn.length).toBeLessThan(pixels.length);
    expect(drawn.every((pixel) => Math.max(...pixel.subarray(0, 3)) < 8)).toBe(true);
  });
});
