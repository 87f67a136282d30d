const seedLimit = 2n ** 32n;

/** Brings a number below 2³² by dropping its low 32 bits while it is too big (`queue.md` 2.4). */
function foldSeed(value: bigint): number {
  let seed = value;
  while (seed >= seedLimit) seed >>= 32n;
  return Number(seed);
}

/**
 * The fixed seed of a request: digits are a number, other text its UTF-8 bytes as a little-endian
 * integer; empty or absent text fixes none.
 */
export function parseSeed(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[0-9]+$/.test(text)) return foldSeed(BigInt(text));
  const bytes = utf8Bytes(text);
  // Shifting by whole words leaves the highest word that is not zero.
  let top = Math.ceil(bytes.length / 4) - 1;
  while (top > 0 && wordAt(bytes, top) === 0) top -= 1;
  return wordAt(bytes, top);
}

/** UTF-8 without an encoder of the host: percent-encoding is part of the language. */
function utf8Bytes(text: string): number[] {
  const encoded = encodeURIComponent(text.toWellFormed());
  return [...encoded.matchAll(/%([0-9A-F]{2})|([^%])/g)].map(([, hex, char]) =>
    hex === undefined ? (char ?? '').charCodeAt(0) : Number.parseInt(hex, 16),
  );
}

function wordAt(bytes: readonly number[], word: number): number {
  let value = 0;
  for (let i = 3; i >= 0; i -= 1) value = value * 256 + (bytes[word * 4 + i] ?? 0);
  return value;
}

/** The seed of a pop: `openSlots` is the count before this pop takes its own. */
export function seedOfPop(
  request: { readonly seed: number | null; readonly seedVariation: number | null },
  openSlots: number,
  random: () => number,
): number {
  if (request.seed === null) return Math.floor(random() * 2 ** 32);
  if (request.seedVariation === null) return request.seed;
  return foldSeed(BigInt(request.seed) + BigInt(request.seedVariation) * BigInt(openSlots));
}
