// @ts-check
/**
 * Draws the icons of the desktop app from the interface's own: `node tools/icons.mjs`. The results are
 * committed, so a build needs no drawing. PNG for Linux and the tray, .ico for Windows, .icns for macOS.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { projectRoot } from './setup.mjs';

const source = join(projectRoot, 'src-renderer', 'public', 'icon.svg');
const target = join(projectRoot, 'resources', 'icons');

const pngSizes = [16, 32, 48, 64, 128, 256, 512];
const icoSizes = [16, 24, 32, 48, 64, 128, 256];
/** Entries of an .icns file: type and side in pixels (ic11 to ic14 are the denser ones of 16 to 256). */
const icnsEntries = /** @type {const} */ ([
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
]);

/**
 * @typedef {object} Image
 * @property {number} side in pixels
 * @property {Buffer} png
 */

/**
 * An .ico file with its images as PNG, which Windows reads since Vista.
 * @param {readonly Image[]} images at most 256 pixels a side
 */
export function packIco(images) {
  const headSize = 6 + images.length * 16;
  const head = Buffer.alloc(headSize);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = headSize;
  images.forEach(({ side, png }, index) => {
    const at = 6 + index * 16;
    // 0 stands for 256.
    head.writeUInt8(side % 256, at);
    head.writeUInt8(side % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
}

/**
 * An .icns file with its images as PNG.
 * @param {readonly { type: string, png: Buffer }[]} images
 */
export function packIcns(images) {
  const parts = images.flatMap(({ type, png }) => [chunkHead(type, png.length), png]);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([chunkHead('icns', size), ...parts]);
}

/**
 * @param {string} type four letters
 * @param {number} size of what follows, in bytes
 */
function chunkHead(type, size) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(size + 8, 4);
  return head;
}

/**
 * @param {string} svg
 * @param {number} side
 */
function draw(svg, side) {
  return sharp(Buffer.from(svg), { density: (72 * side) / 32 })
    .resize(side, side)
    .png({ compressionLevel: 9, palette: true, quality: 100, effort: 10 })
    .toBuffer();
}

/**
 * The icon with the margin that macOS keeps around icons of its shape: 824 of 1024.
 * @param {string} svg
 */
const withMargin = (svg) => svg.replace('viewBox="0 0 32 32"', 'viewBox="-3.9 -3.9 39.8 39.8"');

/**
 * The drawing without its ground, in black: macOS tints it for the menu bar.
 * @param {string} svg
 */
const asTemplate = (svg) =>
  svg
    .replace(/<rect[^>]*\/>/, '')
    .replaceAll('#f5b54a', '#000')
    .replace('viewBox="0 0 32 32"', 'viewBox="3 4 26 24"');

async function main() {
  const svg = readFileSync(source, 'utf8');
  mkdirSync(target, { recursive: true });
  /** @param {string} name @param {Buffer} bytes */
  const write = (name, bytes) => writeFileSync(join(target, name), bytes);

  for (const side of pngSizes) write(`${side}x${side}.png`, await draw(svg, side));
  const icoImages = await Promise.all(icoSizes.map(async (side) => ({ side, png: await draw(svg, side) })));
  write('icon.ico', packIco(icoImages));
  const mac = withMargin(svg);
  const icnsImages = await Promise.all(
    icnsEntries.map(async ([type, side]) => ({ type, png: await draw(mac, side) })),
  );
  write('icon.icns', packIcns(icnsImages));
  const template = asTemplate(svg);
  for (const [suffix, factor] of /** @type {const} */ ([
    ['', 1],
    ['@2x', 2],
  ])) {
    write(`tray${suffix}.png`, await draw(svg, 16 * factor));
    write(`trayTemplate${suffix}.png`, await draw(template, 16 * factor));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
