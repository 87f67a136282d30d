import type { Picture } from '../fixtures/pixels.ts';
import { distanceOf, type Oklab, toOklab } from './colors.ts';

/** What a picture of one object on a plain background is made of. */
export interface Regions {
  /** The middle color of the frame of pixels along the border. */
  readonly background: Oklab;
  /** Pixels of the object without its blended edge; none when nothing stands out. */
  readonly object: readonly Oklab[];
}

/** Width of the border's frame, as a share of the shorter side. */
const frameShare = 0.07;
/** From here on a color is not the background's any more; shading within a background stays below. */
const minDifference = 0.075;
/** Pixels at the edge between object and background mix both colors; so many are taken off all round. */
const edgePixels = 2;

/**
 * Finds background and object without knowing either's color, place or shape. The background is the
 * frame's median. The object is the largest connected set of pixels that differ from it, so that a ring
 * counts without its hole and a stray spot does not count.
 */
export function findRegions(picture: Picture): Regions {
  const { width, height } = picture;
  const colors = toColors(picture);
  const frame = Math.max(1, Math.round(Math.min(width, height) * frameShare));
  const isInFrame = (i: number): boolean => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x < frame || y < frame || x >= width - frame || y >= height - frame;
  };
  const background = medianOf(colors.filter((_, i) => isInFrame(i)));
  const differs = Uint8Array.from(colors, (color) => (distanceOf(color, background) > minDifference ? 1 : 0));
  const largest = largestPart(differs, width);
  const inner = eroded(largest, width, edgePixels);
  const mask = inner.includes(1) ? inner : largest;
  return { background, object: colors.filter((_, i) => mask[i] === 1) };
}

function toColors({ rgb }: Picture): Oklab[] {
  return Array.from({ length: rgb.length / 3 }, (_, i) =>
    toOklab([rgb[3 * i] ?? 0, rgb[3 * i + 1] ?? 0, rgb[3 * i + 2] ?? 0]),
  );
}

function medianOf(colors: readonly Oklab[]): Oklab {
  const middle = (axis: 0 | 1 | 2): number => {
    const values = colors.map((color) => color[axis]).toSorted((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? 0;
  };
  return [middle(0), middle(1), middle(2)];
}

/** The largest set of marked pixels that touch each other by a side. */
function largestPart(marked: Uint8Array, width: number): Uint8Array {
  const left = Uint8Array.from(marked);
  let largest: number[] = [];
  for (let start = 0; start < left.length; start++) {
    if (left[start] !== 1) continue;
    left[start] = 0;
    const part = [start];
    for (const i of part) {
      for (const next of neighbours(i, width, left.length)) {
        if (left[next] !== 1) continue;
        left[next] = 0;
        part.push(next);
      }
    }
    if (part.length > largest.length) largest = part;
  }
  const mask = new Uint8Array(marked.length);
  for (const i of largest) mask[i] = 1;
  return mask;
}

function neighbours(i: number, width: number, length: number): number[] {
  const x = i % width;
  const found: number[] = [];
  if (x > 0) found.push(i - 1);
  if (x < width - 1) found.push(i + 1);
  if (i >= width) found.push(i - width);
  if (i + width < length) found.push(i + width);
  return found;
}

function eroded(mask: Uint8Array, width: number, times: number): Uint8Array {
  let current = mask;
  for (let n = 0; n < times; n++) {
    const before = current;
    current = before.map((value, i) => {
      const around = neighbours(i, width, before.length);
      return value === 1 && around.every((next) => before[next] === 1) ? 1 : 0;
    });
  }
  return current;
}
