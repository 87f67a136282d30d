const ascii = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/**
 * Whether a picture has a channel for transparency, by the head of its file: PNG and WebP may, all other
 * formats count as without one. Inpainting without a mask takes the transparent part as the mask.
 */
export function hasAlpha(bytes: Uint8Array): boolean {
  if (ascii(bytes, 1, 3) === 'PNG') return pngHasAlpha(bytes);
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return webpHasAlpha(bytes);
  return false;
}

/** Colour types 4 and 6 of the header chunk, or a transparency chunk before the picture's data. */
function pngHasAlpha(bytes: Uint8Array): boolean {
  const colourType = bytes[25] ?? 0;
  if (colourType === 4 || colourType === 6) return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 33; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const chunk = ascii(bytes, at + 4, 4);
    if (chunk === 'tRNS') return true;
    if (chunk === 'IDAT') return false;
  }
  return false;
}

/** The flag of the extended header, or of a lossless picture. */
function webpHasAlpha(bytes: Uint8Array): boolean {
  const chunk = ascii(bytes, 12, 4);
  if (chunk === 'VP8X') return ((bytes[20] ?? 0) & 0x10) !== 0;
  return chunk === 'VP8L' && ((bytes[24] ?? 0) & 0x10) !== 0;
}
