/** Limits under which a picture from outside is opened; what exceeds them is `bad_picture`. */
export interface PictureLimits {
  readonly maxBytes: number;
  readonly maxWidth: number;
  readonly maxHeight: number;
}

/** A decoded, checked and re-encoded picture. */
export interface EncodedPicture {
  readonly webp: Uint8Array;
  readonly width: number;
  readonly height: number;
}
