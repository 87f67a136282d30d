import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emojiFilterId,
  type FilterSet,
  judge,
  matchesOf,
  maxRewritten,
  type Question,
  scoreOf,
} from './judge.ts';
import { checkPattern } from './pattern.ts';

// Stand-ins: fruit is one context, tools are the other.
const filter = (id: number, type: number, pattern: string, replacement = '') => {
  const checked = checkPattern(pattern);
  if (!checked.ok) throw new Error(checked.problem.message);
  return { id, type, regex: checked.regex, replacement };
};
const set: FilterSet = {
  filters: [
    filter(1, 10, String.raw`\b(?:apple|pear)s?\b`, 'fruit'),
    filter(2, 10, String.raw`\bunripe\b`, ''),
    filter(3, 11, String.raw`\bquince\b`),
    filter(4, 20, String.raw`\b(?:hammer|saw)s?\b`),
    filter(5, 29, String.raw`\blighthouse\b`),
  ],
  matureSubstitutions: [{ regex: /\bsmall\b/i, replacement: 'large' }],
  negative: 'no fruit',
};
const question = (prompt: string, extra: Partial<Question> = {}): Question => ({
  prompt,
  kind: 'image',
  mayRewrite: false,
  mustRewrite: false,
  isMature: false,
  isScored: true,
  ...extra,
});
const kindOf = (prompt: string, extra: Partial<Question> = {}) => judge(question(prompt, extra), set).kind;
const may = { mayRewrite: true };

describe('judge', () => {
  it.each([
    ['neither', 'a lighthouse', 'clean'],
    ['the first alone', 'an apple', 'clean'],
    ['the first twice', 'an apple and a quince', 'clean'],
    ['the second alone', 'a hammer', 'clean'],
    ['both', 'an apple and a hammer', 'corrupt'],
    ['both, by what cannot be rewritten', 'a quince and a hammer', 'corrupt'],
    ['an emoji and the second', '\u{1F467}\u{1F3FD} with a saw', 'corrupt'],
    ['a family and the second', '\u{1F468}\u200D\u{1F469}\u200D\u{1F466} with a saw', 'corrupt'],
    ['an emoji alone', '\u{1F423}\u{1F424}', 'clean'],
    ['the second in the negative part alone', 'an apple ### hammer', 'clean'],
  ])('finds %s', (_, prompt, kind) => {
    expect(kindOf(prompt)).toBe(kind);
  });

  it('names the filters that matched and the text it read', () => {
    expect(judge(question('An ÁPPLE, a\u200b hammer \u{1F467}'), set)).toEqual({
      kind: 'corrupt',
      ids: [4, 1, emojiFilterId],
      text: 'An APPLE a hammer',
    });
  });

  it('rewrites what can be rewritten, and keeps the negative part', () => {
    const verdict = judge(question('(apples:1.2), a hammer! ### blurry ', may), set);
    expect(verdict).toEqual({ kind: 'rewritten', prompt: 'fruit a hammer###no fruit, blurry' });
    expect(judge(question('\u{1F467} saw', may), set)).toEqual({
      kind: 'rewritten',
      prompt: 'saw###no fruit',
    });
  });

  it('rejects what is still both after it was rewritten', () => {
    expect(kindOf('a quince and a hammer', may)).toBe('corrupt');
    expect(kindOf('an apple, a quince, a hammer', may)).toBe('corrupt');
    // Only the other reading of these letters matches, and rewriting does not reach it.
    expect(kindOf('a q u i n c e and a hammer', may)).toBe('corrupt');
  });

  it('rewrites up to 7000 characters', () => {
    const padded = (length: number) => 'apple hammer '.padEnd(length, 'x');
    expect(kindOf(padded(maxRewritten), may)).toBe('rewritten');
    expect(kindOf(padded(maxRewritten + 1), may)).toBe('too-long');
    expect(kindOf(`${padded(maxRewritten)}###${'x'.repeat(9_000)}`, may)).toBe('rewritten');
    expect(kindOf(padded(maxRewritten + 1))).toBe('corrupt');
  });

  it('rewrites one context alone for models made for adults, and blames nobody', () => {
    const mature = { isMature: true };
    expect(judge(question('a small house', mature), set)).toMatchObject({
      prompt: 'a large house###no fruit',
    });
    expect(judge(question('an apple', mature), set)).toMatchObject({ prompt: 'an fruit###no fruit' });
    expect(judge(question('unripe', mature), set)).toEqual({ kind: 'empty' });
    expect(judge(question('a house', mature), set)).toEqual({ kind: 'clean' });
    expect(kindOf('an apple, a hammer', mature)).toBe('corrupt');
  });

  it('rewrites every prompt of a flagged account', () => {
    const flagged = { mustRewrite: true };
    expect(judge(question('A house.', flagged), set)).toMatchObject({ prompt: 'A house###no fruit' });
    expect(judge(question('...', flagged), set)).toEqual({ kind: 'empty' });
    expect(judge(question('quince hammer', flagged), set).kind).toBe('corrupt');
    expect(judge(question('An apple, ### and', { ...flagged, kind: 'text', isScored: false }), set)).toEqual({
      kind: 'rewritten',
      prompt: 'An fruit and',
    });
  });

  it('scores the end of a text where that is wanted, and never rewrites it for that', () => {
    const text = { kind: 'text', mayRewrite: true } as const;
    expect(kindOf('apple hammer', text)).toBe('corrupt');
    expect(kindOf('apple hammer', { ...text, isScored: false })).toBe('clean');
    expect(kindOf(`apple ${'x'.repeat(2_000)} hammer`, text)).toBe('clean');
  });

  it('takes a replacement as it is and bounds what it may grow to', () => {
    const greedy = { ...set, filters: [filter(1, 10, 'a', '$&'.repeat(120)), filter(2, 20, 'hammer')] };
    const verdict = judge(question(`hammer ${'a'.repeat(2_000)}`, may), greedy);
    expect(verdict.kind).toBe('rewritten');
    expect(verdict.kind === 'rewritten' && verdict.prompt.length).toBeLessThan(30_000);
    expect(verdict.kind === 'rewritten' && verdict.prompt).toContain('$&$&');
  });

  it('is not misled by the disguises that are known', () => {
    const disguises: ReadonlyArray<(word: string) => string> = [
      (word) => word.toUpperCase(),
      (word) => Array.from(word).join(' '),
      (word) => Array.from(word).join('.'),
      (word) => Array.from(word).join('_'),
      (word) => Array.from(word).join('\u200b'),
      (word) => Array.from(word).join('\u00ad'),
      (word) => `(${word}:1.3)`,
      (word) => `((${word.slice(0, 2)}:1.1)${word.slice(2)}:0.8)`,
      (word) => word.replaceAll('a', 'а').replaceAll('e', 'е').replaceAll('p', 'р'),
      (word) => word.replaceAll('a', 'á').replaceAll('e', 'ë'),
      (word) =>
        Array.from(word, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)).join(''),
      (word) =>
        Array.from(word, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0x1d3b9)).join(''),
      (word) => word[0] + word.slice(1, -1).replaceAll('e', '3').replaceAll('a', '4') + word.slice(-1),
      (word) => `"${word}"`,
    ];
    const disguise = fc.constantFrom(...disguises);
    const around = fc.array(fc.constantFrom('the', 'old', 'river', 'near'), { maxLength: 3 });
    fc.assert(
      fc.property(
        disguise,
        disguise,
        around,
        fc.constantFrom(', ', ' + ', '\n\n', ' | '),
        (one, other, words, gap) => {
          const prompt = [...words, one('apple'), ...words, other('hammer')].join(gap);
          expect([prompt, kindOf(prompt)]).toEqual([prompt, 'corrupt']);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never throws', () => {
    const flags = fc.record({
      mayRewrite: fc.boolean(),
      mustRewrite: fc.boolean(),
      isMature: fc.boolean(),
      isScored: fc.boolean(),
      kind: fc.constantFrom('image' as const, 'text' as const),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), flags, (prompt, extra) => {
        expect(judge(question(prompt, extra), set)).toHaveProperty('kind');
      }),
    );
  });
});

describe('matchesOf', () => {
  it('finds types of their own, which score nothing', () => {
    const matches = matchesOf('A lighthouse with an apple', set);
    expect(matches).toEqual([
      { id: 1, type: 10, word: 'apple' },
      { id: 5, type: 29, word: 'lighthouse' },
    ]);
    expect(scoreOf(matches)).toBe(1);
  });
});
