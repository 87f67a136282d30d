/** Pixels of a picture. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * What the header of a PNG, JPEG or WebP says of its size; undefined where it says nothing. It opens no
 * picture, and nothing is believed but that a picture which calls itself too large is refused.
 */
export function pictureSize(bytes: Uint8Array): PictureSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = pngSize(view) ?? webpSize(view) ?? jpegSize(view);
    return size && size.width > 0 && size.height > 0 ? size : undefined;
  } catch (error) {
    // It ends in the middle of its header.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const text = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));

function pngSize(view: DataView): PictureSize | undefined {
  const isPng = view.getUint32(0) === 0x89504e47 && text(view, 12) === 'IHDR';
  return isPng ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
}

function webpSize(view: DataView): PictureSize | undefined {
  if (text(view, 0) !== 'RIFF' || text(view, 8) !== 'WEBP') return undefined;
  switch (text(view, 12)) {
    case 'VP8X':
      return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ': {
      const isKeyFrame = view.getUint8(23) === 0x9d && view.getUint16(24) === 0x012a;
      if (!isKeyFrame) return undefined;
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    }
    default:
      return undefined;
  }
}

const uint24 = (view: DataView, at: number): number =>
  view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** Segments of a JPEG that begin a frame: C0 to CF, without those that define tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegSize(view: DataView): PictureSize | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1);
    // A marker may be filled up with more of its first byte.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
