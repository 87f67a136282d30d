import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';

const compress = promisify(deflate);
const sides = [384, 512, 640, 768] as const;
const hillLayers = 4;
const rowsPerTurn = 64;

type Colour = readonly [number, number, number];

/** A made-up landscape as PNG, different each time: a sky and some hills, of nobody's request (PAU-02). */
export async function decoyPicture(random: () => number): Promise<Buffer> {
  const width = pick(sides, random);
  const height = pick(sides, random);
  const pixels = await paint({ width, height }, random);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', headerOf(width, height)),
    chunk('IDAT', await compress(pixels, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const pick = <T>(from: readonly T[], random: () => number): T => {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
};

/** Rows of a true-colour PNG, each behind its filter byte. Others get their turn after every few of them. */
async function paint(
  { width, height }: { width: number; height: number },
  random: () => number,
): Promise<Buffer> {
  const colour = (): Colour => [random() * 255, random() * 255, random() * 255];
  const [top, horizon, near] = [colour(), colour(), colour()];
  const hills = Array.from({ length: hillLayers }, (_, layer) => {
    const share = (layer + 1) / hillLayers;
    const base = height * (0.45 + 0.45 * share);
    const waves = Array.from({ length: 3 }, () => ({
      length: width / (1 + random() * 5),
      size: (height / 12) * random(),
      shift: random() * 6.28,
    }));
    return { base, waves, colour: mix(horizon, near, share) };
  });
  // The upper edge of each layer, column by column.
  const edges = hills.map(({ base, waves }) =>
    Array.from({ length: width }, (_, x) =>
      waves.reduce((y, wave) => y + wave.size * Math.sin((6.28 * x) / wave.length + wave.shift), base),
    ),
  );
  const pixels = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0, at = 0; y < height; y += 1) {
    if (y % rowsPerTurn === 0) await nextTurn();
    const sky = mix(top, horizon, y / height);
    at += 1;
    for (let x = 0; x < width; x += 1, at += 3) {
      const layer = edges.findLastIndex((edge) => y > (edge[x] ?? height));
      const [red, green, blue] = hills[layer]?.colour ?? sky;
      const grain = random() * 8;
      pixels[at] = Math.min(255, red + grain);
      pixels[at + 1] = Math.min(255, green + grain);
      pixels[at + 2] = Math.min(255, blue + grain);
    }
  }
  return pixels;
}

const mix = ([r, g, b]: Colour, [r2, g2, b2]: Colour, share: number): Colour => [
  r + (r2 - r) * share,
  g + (g2 - g) * share,
  b + (b2 - b) * share,
];

function headerOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a channel, true colour.
  header.writeUInt8(8, 8);
  header.writeUInt8(2, 9);
  return header;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
