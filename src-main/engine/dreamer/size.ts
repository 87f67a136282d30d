export interface Size {
  readonly width: number;
  readonly height: number;
}

/** At which size a picture is sampled; `note` says so where it is not the wanted one. */
export interface SizePlan {
  readonly sampled: Size;
  readonly note: string | undefined;
}

/** Areas, relative to the trained one, at which a model still composes one picture. */
const smallestArea = 0.5;
const largestArea = 2.25;
/** Sides are multiples of what the UNet can halve: 64 pixels for the usual models, 32 for small ones. */
const usualNative = 512;

/**
 * Samples at the wanted size where it is near the model's trained area, else at the trained area in the same
 * proportion; the picture is then scaled to what was wanted.
 */
export function planSize(wanted: Size, native: Size, fixed: Size | undefined): SizePlan {
  const sampled = fixed ?? sampledSize(wanted, native);
  const isWanted = sampled.width === wanted.width && sampled.height === wanted.height;
  const note = `Made at ${sampled.width}×${sampled.height}, which suits the model, and scaled to ${wanted.width}×${wanted.height}`;
  return { sampled, note: isWanted ? undefined : note };
}

function sampledSize(wanted: Size, native: Size): Size {
  const grid = Math.min(native.width, native.height) < usualNative ? 32 : 64;
  const ratio = (wanted.width * wanted.height) / (native.width * native.height);
  const scale = ratio >= smallestArea && ratio <= largestArea ? 1 : 1 / Math.sqrt(ratio);
  const longest = 4 * Math.max(native.width, native.height);
  const fit = (side: number): number =>
    Math.min(longest, Math.max(grid, Math.round((side * scale) / grid) * grid));
  return { width: fit(wanted.width), height: fit(wanted.height) };
}
