/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Shapes offered for a picture, as width to height. */
export const ratios = ['1:1', '4:3', '3:4', '3:2', '2:3', '16:9', '9:16'] as const;
export type Ratio = (typeof ratios)[number];

/** Sides of the contract: multiples of 64 from 64 to 3072. */
export const sideLimits = { min: 64, max: 3072, step: 64 } as const;

const shapeOf = (ratio: Ratio): number => {
  const [wide = 1, high = 1] = ratio.split(':').map(Number);
  return wide / high;
};

/** The nearest side that the contract takes. */
export const toSide = (length: number): number =>
  Math.min(sideLimits.max, Math.max(sideLimits.min, Math.round(length / sideLimits.step) * sideLimits.step));

/** Size of a shape with about as many pixels as the model was trained on, in multiples of 64. */
export function sizeOf(ratio: Ratio, native: Size): Size {
  const area = native.width * native.height;
  return {
    width: toSide(Math.sqrt(area * shapeOf(ratio))),
    height: toSide(Math.sqrt(area / shapeOf(ratio))),
  };
}

/** A shape that a model can be asked for: its size, and its true proportions in words. */
export interface Shape extends Size {
  readonly ratio: Ratio;
  readonly label: string;
}

/** Greatest difference between a shape's name and its proportions. */
const nameTolerance = 0.06;

/** "16:9", or the true proportions where the multiples of 64 lead too far from it. */
function labelOf(ratio: Ratio, { width, height }: Size): string {
  if (Math.abs(width / height / shapeOf(ratio) - 1) <= nameTolerance) return ratio;
  const divisor = greatestCommonDivisor(width, height);
  return `${width / divisor}:${height / divisor}`;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** Shapes that give different sizes for a model: small models cannot tell 4:3 from 3:2. */
export function shapesOf(native: Size): readonly Shape[] {
  const shapes = new Map<string, Shape>();
  for (const ratio of ratios) {
    const size = sizeOf(ratio, native);
    const key = `${size.width}x${size.height}`;
    if (!shapes.has(key)) shapes.set(key, { ...size, ratio, label: labelOf(ratio, size) });
  }
  return [...shapes.values()];
}

/** The other side of a size whose proportions are kept while one side changes. */
export function withSide(size: Size, side: 'width' | 'height', length: number, isLocked: boolean): Size {
  const changed = { ...size, [side]: toSide(length) };
  if (!isLocked) return changed;
  const factor = toSide(length) / size[side];
  return side === 'width'
    ? { ...changed, height: toSide(size.height * factor) }
    : { ...changed, width: toSide(size.width * factor) };
}
