/** Why a pattern is refused, and where it goes wrong: an index into the pattern. */
export interface PatternProblem {
  readonly message: string;
  readonly position: number;
}

export type CheckedPattern =
  | {
      readonly ok: true;
      readonly regex: RegExp;
      /** Ways to match that one place can have. */ readonly ways: number;
    }
  | { readonly ok: false; readonly problem: PatternProblem };

/** How far `*`, `+` and open counts reach. */
export const maxReach = 250;
/** Ways to match that a pattern may have at one place of the text. */
export const maxWays = 2_000;
const maxLength = 1_000;
const maxDepth = 20;

class Refusal extends Error {
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

interface Part {
  /** The part as it is compiled: every repetition is bounded. */
  readonly source: string;
  /** How many ways a backtracking engine may have to try. */
  readonly ways: number;
}

/**
 * Compiles a pattern of a moderator if it cannot run away (`accounts-and-safety.md` FLT-04, T-THR-12).
 * The subset has no look-around and no back-references, repeats single characters and classes only, and
 * every repetition reaches at most `maxReach` characters. So the ways to match at one place are counted
 * before: alternatives add, what follows each other multiplies, and over `maxWays` is refused. What is
 * left takes time linear in the text.
 */
export function checkPattern(pattern: string): CheckedPattern {
  try {
    if (pattern.length > maxLength) throw new Refusal(`over ${maxLength} characters`, maxLength);
    const parser = new Parser(pattern);
    const { source, ways } = parser.parse();
    const regex = compile(source);
    if (regex.test('')) throw new Refusal('matches an empty text', 0);
    return { ok: true, regex, ways };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, problem: { message: error.message, position: error.position } };
  }
}

function compile(source: string): RegExp {
  try {
    // Alone first: a pattern must not close the group that it is put into.
    void new RegExp(source, 'i');
    return new RegExp(`(?:${source})`, 'i');
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : 'not a regular expression', 0);
  }
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Part {
    const part = this.#alternatives(0);
    if (this.#at < this.#text.length) throw this.#refuse('an unmatched )');
    return part;
  }

  #alternatives(depth: number): Part {
    if (depth > maxDepth) throw this.#refuse('groups within too many groups');
    const options = [this.#sequence(depth)];
    while (this.#peek() === '|') {
      this.#at += 1;
      options.push(this.#sequence(depth));
    }
    const ways = options.reduce((sum, option) => sum + option.ways, 0);
    return { source: options.map((option) => option.source).join('|'), ways: this.#bounded(ways) };
  }

  #sequence(depth: number): Part {
    let source = '';
    let ways = 1;
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      const part = next === '(' ? this.#group(depth) : this.#single(next);
      source += part.source;
      ways = this.#bounded(ways * part.ways);
    }
    return { source, ways };
  }

  #group(depth: number): Part {
    this.#at += 1;
    if (this.#peek() === '?') {
      if (!this.#text.startsWith('?:', this.#at)) {
        throw this.#refuse('only plain groups and (?:…) may be used: no look-around, no names, no flags');
      }
      this.#at += 2;
    }
    const inner = this.#alternatives(depth + 1);
    if (this.#peek() !== ')') throw this.#refuse('an unmatched (');
    this.#at += 1;
    const source = `(?:${inner.source})`;
    if (this.#peek() === '?') {
      const mark = this.#optional();
      return { source: source + mark, ways: this.#bounded(inner.ways + 1) };
    }
    if (this.#counts()) throw this.#refuse('a group may not be repeated; repeat characters or classes');
    return { source, ways: inner.ways };
  }

  /** `?` and `??`. */
  #optional(): string {
    this.#at += 1;
    if (this.#peek() !== '?') return '?';
    this.#at += 1;
    return '??';
  }

  #single(first: string): Part {
    const atom = this.#atom(first);
    const count = this.#counts();
    if (!count) return { source: atom, ways: 1 };
    if (/^(?:\^|\$|\\b|\\B)$/.test(atom)) throw this.#refuse('nothing to repeat');
    this.#at += count.length;
    if (count.max > maxReach) throw this.#refuse(`a count over ${maxReach}`);
    const isLazy = this.#peek() === '?';
    if (isLazy) this.#at += 1;
    if (!isLazy && (this.#peek() === '+' || this.#peek() === '*')) throw this.#refuse('nothing to repeat');
    const source = `${atom}{${count.min},${count.max}}${isLazy ? '?' : ''}`;
    return { source, ways: this.#bounded(Math.max(1, count.max - count.min + 1)) };
  }

  #atom(first: string): string {
    if (first === '[') return this.#class();
    if (first === '*' || first === '+' || first === '?') throw this.#refuse('nothing to repeat');
    if (first === '\\') return this.#escape();
    this.#at += 1;
    // Alone it stands for itself, and is written so that no engine reads a count.
    return first === '{' || first === '}' ? `\\${first}` : first;
  }

  #escape(): string {
    const escaped = this.#text[this.#at + 1];
    if (escaped === undefined) throw this.#refuse('ends in the middle of an escape');
    if (/[1-9k]/.test(escaped)) throw this.#refuse('back-references may not be used');
    if (/[pPuUxcN0]/.test(escaped)) throw this.#refuse(`\\${escaped} may not be used: texts are plain ASCII`);
    this.#at += 2;
    return `\\${escaped}`;
  }

  #class(): string {
    const start = this.#at;
    for (this.#at += 1; ; this.#at += 1) {
      const next = this.#peek();
      if (next === undefined) throw new Refusal('an unmatched [', start);
      if (next === '\\') this.#at += 1;
      if (next === ']') break;
    }
    this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  /** The repetition that stands here, if one does; its reach is bounded. */
  #counts(): { min: number; max: number; length: number } | undefined {
    switch (this.#peek()) {
      case '*':
        return { min: 0, max: maxReach, length: 1 };
      case '+':
        return { min: 1, max: maxReach, length: 1 };
      case '?':
        return { min: 0, max: 1, length: 1 };
      default: {
        const found = /^\{(\d{1,6})(,?)(\d{0,6})\}/.exec(this.#text.slice(this.#at, this.#at + 16));
        if (!found) return undefined;
        const [text, least = '', comma, most = ''] = found;
        if (comma === '' && most !== '') return undefined;
        const min = Number(least);
        const open = comma === '' ? min : Math.max(min, maxReach);
        return { min, max: most === '' ? open : Number(most), length: text.length };
      }
    }
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #bounded(ways: number): number {
    if (ways > maxWays) throw this.#refuse('too many ways to match; make it shorter or split it');
    return ways;
  }

  #refuse(message: string): Refusal {
    return new Refusal(message, this.#at);
  }
}
