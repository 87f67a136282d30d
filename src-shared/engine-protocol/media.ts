/** Limits under which a picture from outside is opened; what exceeds them is `bad_picture`. */
export interface PictureLimits {
  readonly maxBytes: number;
  readonly maxWidth: number;
  readonly maxHeight: number;
}

/** Largest results that a horde may deliver (`decisions.md` 35). */
export const largestResult: PictureLimits = { maxBytes: 32 * 1024 * 1024, maxWidth: 8192, maxHeight: 8192 };

/** A decoded, checked and re-encoded picture. */
export interface EncodedPicture {
  readonly webp: Uint8Array;
  readonly width: number;
  readonly height: number;
}
