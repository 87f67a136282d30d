/** Tokens of a run of text with one weight. */
export interface Segment {
  readonly ids: readonly number[];
  readonly weight: number;
}

/** Ids that frame and fill a chunk. */
export interface FrameTokens {
  readonly start: number;
  readonly end: number;
  readonly pad: number;
}

/** What the text encoder reads at once: start, up to 75 tokens, end, padding. */
export interface Chunk {
  readonly ids: readonly number[];
  readonly weights: readonly number[];
}

/** Length of CLIP's context. */
export const chunkLength = 77;
const room = chunkLength - 2;
/** From this length on a segment is cut where the chunk is full; a shorter one moves on whole. */
const longSegment = 8;

interface OpenChunk {
  readonly ids: number[];
  readonly weights: number[];
}

/** Lays segments into chunks of 77 tokens; at least one. Source: `engine.md` 2.2. */
export function layOutChunks(segments: readonly Segment[], frame: FrameTokens): Chunk[] {
  let current: OpenChunk = { ids: [], weights: [] };
  const open = [current];
  const startNext = (): void => {
    current = { ids: [], weights: [] };
    open.push(current);
  };
  for (const { ids, weight } of segments) {
    let rest = ids;
    if (rest.length > room - current.ids.length && rest.length < longSegment) startNext();
    while (rest.length > 0) {
      if (current.ids.length === room) startNext();
      const taken = rest.slice(0, room - current.ids.length);
      current.ids.push(...taken);
      current.weights.push(...taken.map(() => weight));
      rest = rest.slice(taken.length);
    }
  }
  return open.map((chunk) => close(chunk, frame));
}

function close(chunk: OpenChunk, frame: FrameTokens): Chunk {
  const padding = room - chunk.ids.length;
  return {
    ids: [frame.start, ...chunk.ids, frame.end, ...Array.from({ length: padding }, () => frame.pad)],
    weights: [1, ...chunk.weights, 1, ...Array.from({ length: padding }, () => 1)],
  };
}
