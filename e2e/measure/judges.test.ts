import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { Type } from 'typebox';
import { beforeAll, describe, expect, it } from 'vitest';
import { decode, type Picture } from '../fixtures/pixels.ts';
import { createColorJudge, type SeenColors } from './color-judge.ts';
import { createColorNamer, type NamedColor, toOklab } from './colors.ts';
import { findRegions } from './regions.ts';
import { loadShapeJudge, type ShapeJudge } from './shape-judge.ts';
import { Classes, readJson, trainingFiles } from './training-files.ts';

/** `resources/training/fixtures.py` drew them: every pair of colors once. */
const Drawn = Type.Object({
  columns: Type.Integer(),
  pictures: Type.Array(
    Type.Object({ colour: Type.String(), shape: Type.String(), background: Type.String() }),
  ),
});
const drawn = (ending: string): string => fileURLToPath(new URL(`fixtures/drawn.${ending}`, import.meta.url));

let palette: NamedColor[];
let colorsOf: (picture: Picture) => SeenColors;
let shapeOf: ShapeJudge;

beforeAll(async () => {
  const { shapes, colours } = await readJson(trainingFiles.classes, Classes);
  palette = Object.entries(colours).map(([name, rgb]) => ({ name, rgb }));
  colorsOf = createColorJudge(palette);
  shapeOf = await loadShapeJudge(trainingFiles.classifier, shapes);
});

function cut(sheet: Picture, column: number, row: number, side: number): Picture {
  const rgb = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const from = ((row * side + y) * sheet.width + column * side) * 3;
    rgb.set(sheet.rgb.subarray(from, from + side * 3), y * side * 3);
  }
  return { width: side, height: side, rgb };
}

/** Draws with vectors, softened as a decoder softens. */
async function drawn128(content: string, background: string): Promise<Picture> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128">
    <rect width="128" height="128" fill="${background}"/>${content}</svg>`;
  return decode(await sharp(Buffer.from(svg)).blur(0.8).png().toBuffer());
}

describe('the judges on the drawn pictures of every pair of colors', () => {
  it('name both colors in at least 98 %, and the shape in at least 97 %', async () => {
    const { columns, pictures } = await readJson(drawn('json'), Drawn);
    const sheet = await decode(await readFile(drawn('webp')));
    const side = sheet.width / columns;
    const wrong = { colors: new Array<string>(), shape: new Array<string>() };
    for (const [i, { colour, shape, background }] of pictures.entries()) {
      const picture = cut(sheet, i % columns, Math.floor(i / columns), side);
      const seen = { ...colorsOf(picture), shape: await shapeOf(picture) };
      const what = `${colour} ${shape} on ${background}: ${seen.object} ${seen.shape} on ${seen.background}`;
      if (seen.object !== colour || seen.background !== background) wrong.colors.push(what);
      if (seen.shape !== shape) wrong.shape.push(what);
    }
    expect(pictures).toHaveLength(132);
    // Lists, so that a failure names the pictures.
    expect(wrong.colors.slice(Math.floor(0.02 * pictures.length))).toEqual([]);
    expect(wrong.shape.slice(Math.floor(0.03 * pictures.length))).toEqual([]);
  });
});

describe('the color namer', () => {
  it.each([
    ['#b81f24', 'red'],
    ['#ff6fae', 'pink'],
    ['#5a3418', 'brown'],
    ['#ffa040', 'orange'],
    ['#707070', 'gray'],
    ['#303030', 'black'],
    ['#f0f0f0', 'white'],
    ['#6a3fb0', 'purple'],
    ['#30b8d8', 'cyan'],
  ])('calls %s %s', (hex, name) => {
    const value = Number.parseInt(hex.slice(1), 16);
    const lab = toOklab([value >> 16, (value >> 8) & 255, value & 255]);
    expect(createColorNamer(palette)(lab)).toBe(name);
  });
});

describe('object and background', () => {
  it('of a ring are told apart although its middle shows the background', async () => {
    const ring = '<circle cx="64" cy="64" r="26" fill="none" stroke="#dc2628" stroke-width="12"/>';
    expect(colorsOf(await drawn128(ring, '#2858de'))).toEqual({ object: 'red', background: 'blue' });
  });

  it('are found wherever the object lies, beside a smaller spot of another color', async () => {
    const content =
      '<rect x="84" y="20" width="30" height="30" fill="#2aa044"/><circle cx="30" cy="96" r="9" fill="#161619"/>';
    expect(colorsOf(await drawn128(content, '#fad82d'))).toEqual({ object: 'green', background: 'yellow' });
  });

  it('are not changed by an outline', async () => {
    const square =
      '<rect x="36" y="36" width="56" height="56" fill="#f9f9f8" stroke="#161619" stroke-width="3"/>';
    expect(colorsOf(await drawn128(square, '#88898c'))).toEqual({ object: 'white', background: 'gray' });
  });

  it('of an empty picture are the background alone', async () => {
    const picture = await drawn128('', '#823ab0');
    expect(findRegions(picture).object).toEqual([]);
    expect(colorsOf(picture)).toEqual({ object: undefined, background: 'purple' });
  });

  it('of a picture with the colors exchanged are exchanged', async () => {
    const circle = (fill: string): string => `<circle cx="64" cy="64" r="30" fill="${fill}"/>`;
    const one = colorsOf(await drawn128(circle('#f58419'), '#764626'));
    const other = colorsOf(await drawn128(circle('#764626'), '#f58419'));
    expect(one).toEqual({ object: 'orange', background: 'brown' });
    expect(other).toEqual({ object: 'brown', background: 'orange' });
  });
});
