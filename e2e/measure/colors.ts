/** sRGB, 0…255 each. */
export type Rgb = readonly [number, number, number];

/** A named color and its centre. */
export interface NamedColor {
  readonly name: string;
  readonly rgb: Rgb;
}

/** Lightness and two opponent axes; equal distances look equally different. */
export type Oklab = readonly [number, number, number];

/** sRGB to OKLab; constants by Björn Ottosson, the same as in `resources/training/draw.py`. */
export function toOklab([red, green, blue]: Rgb): Oklab {
  const [r, g, b] = [toLinear(red), toLinear(green), toLinear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toLinear(value: number): number {
  const c = value / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** How different two colors look: 1 is black against white. */
export function distanceOf(a: Oklab, b: Oklab): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/**
 * Names colors by the nearest centre. Lightness counts like hue, which is what tells white, gray and black
 * apart, brown from orange, and pink from red.
 */
export function createColorNamer(palette: readonly NamedColor[]): (color: Oklab) => string {
  const centres = palette.map(({ name, rgb }) => ({ name, at: toOklab(rgb) }));
  return (color) => {
    let best = { name: '', distance: Number.POSITIVE_INFINITY };
    for (const { name, at } of centres) {
      const distance = distanceOf(color, at);
      if (distance < best.distance) best = { name, distance };
    }
    return best.name;
  };
}
