/** The header of a WebP of that size, and after it a text in the place of pixels. */
export function pictureOf(text: string, width = 512, height = 512): Buffer {
  const header = Buffer.alloc(30);
  header.write('RIFF', 0);
  header.write('WEBPVP8X', 8);
  header.writeUInt32LE(10, 16);
  header.writeUIntLE(width - 1, 24, 3);
  header.writeUIntLE(height - 1, 27, 3);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** What every request of a journey has in its prompt or picture, to follow it through the horde. */
const tagPattern = /errand-\d+-end/;

export function tagIn(text: string): string | undefined {
  return tagPattern.exec(text)?.[0];
}

export function tagOf(count: number): string {
  return `errand-${count}-end`;
}
