/** Files of a CLIP tokenizer folder, parsed. */
export interface TokenizerFiles {
  /** `vocab.json`: piece → id. */
  readonly vocab: Readonly<Record<string, number>>;
  /** `merges.txt`: one pair a line, best first. */
  readonly merges: string;
  /** Text of the padding token; SD 1.x pads with the end token. */
  readonly padToken?: string | undefined;
}

const startToken = '<|startoftext|>';
const endToken = '<|endoftext|>';
const wordEnd = '</w>';
const wordPattern = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu;
/** Longer runs without a space are cut: merging is quadratic, and no vocabulary has such words. */
const maxWordLength = 256;
const maxCachedWords = 20_000;

/** CLIP's byte-pair tokenizer: lower case, words cut into pieces of the vocabulary. Source: `engine.md` 1.6. */
export class ClipTokenizer {
  readonly start: number;
  readonly end: number;
  readonly pad: number;
  readonly #vocab: ReadonlyMap<string, number>;
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #cache = new Map<string, readonly number[]>();
  readonly #encoder = new TextEncoder();

  /** @throws Error when the vocabulary lacks the start or end token. */
  constructor(files: TokenizerFiles) {
    this.#vocab = new Map(Object.entries(files.vocab));
    this.#ranks = parseMerges(files.merges);
    const start = this.#vocab.get(startToken);
    const end = this.#vocab.get(endToken);
    if (start === undefined || end === undefined) throw new Error('The vocabulary lacks start or end token');
    this.start = start;
    this.end = end;
    this.pad = this.#vocab.get(files.padToken ?? endToken) ?? end;
  }

  /** Ids of a text without start and end. What the vocabulary does not know becomes the end token, as in CLIP. */
  encode(text: string): number[] {
    const words = text.normalize('NFC').toLowerCase().match(wordPattern) ?? [];
    return words.flatMap((word) => this.#encodeWord(word.slice(0, maxWordLength)));
  }

  #encodeWord(word: string): readonly number[] {
    const cached = this.#cache.get(word);
    if (cached) return cached;
    const letters = Array.from(this.#encoder.encode(word), (byte) => byteLetters[byte] ?? '');
    const last = letters.pop() ?? '';
    const ids = this.#merge([...letters, last + wordEnd]).map((piece) => this.#vocab.get(piece) ?? this.end);
    if (this.#cache.size >= maxCachedWords) this.#cache.clear();
    this.#cache.set(word, ids);
    return ids;
  }

  /** Joins the best-ranked neighbours until no pair of the merge list is left. */
  #merge(pieces: readonly string[]): readonly string[] {
    let current = pieces;
    for (;;) {
      const best = this.#bestPair(current);
      if (best === undefined) return current;
      current = joinPairs(current, best);
    }
  }

  #bestPair(pieces: readonly string[]): string | undefined {
    let best: string | undefined;
    let bestRank = Infinity;
    for (let i = 0; i + 1 < pieces.length; i++) {
      const pair = `${pieces[i]} ${pieces[i + 1]}`;
      const rank = this.#ranks.get(pair) ?? Infinity;
      if (rank < bestRank) [best, bestRank] = [pair, rank];
    }
    return best;
  }
}

function joinPairs(pieces: readonly string[], pair: string): string[] {
  const joined: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] ?? '';
    const next = pieces[i + 1];
    if (next !== undefined && `${piece} ${next}` === pair) {
      joined.push(piece + next);
      i++;
    } else {
      joined.push(piece);
    }
  }
  return joined;
}

function parseMerges(merges: string): Map<string, number> {
  const lines = merges.split('\n').filter((line) => line !== '' && !line.startsWith('#version'));
  return new Map(lines.map((line, rank) => [line.trim(), rank]));
}

/** CLIP writes bytes as letters: printable Latin-1 stands for itself, the others follow from U+0100 on. */
function createByteLetters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCodePoint(isPrintable ? byte : next++);
  });
}

const byteLetters: readonly string[] = createByteLetters();
