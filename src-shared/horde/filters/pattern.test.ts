import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPattern, maxReach } from './pattern.ts';

describe('checkPattern', () => {
  it.each([
    ['foo.*bar', 'a FOO and a bar', true],
    [String.raw`\bfox(?:es)?\b`, 'two foxes', true],
    [String.raw`\bfox(?:es)?\b`, 'foxtrot', false],
    ['[a-f]{3}9', 'abc9', true],
    ['gr[ae]y|silver', 'a grey cat', true],
    ['x{2}', 'xx', true],
    ['{', 'a { b', true],
    ['a{,3}', 'a{,3}', true],
    [String.raw`c\+\+`, 'c++', true],
    ['fo*?x', 'foox', true],
  ])('takes %s', (pattern, text, matches) => {
    const checked = checkPattern(pattern);
    expect(checked).toMatchObject({ ok: true });
    expect(checked.ok && checked.regex.test(text)).toBe(matches);
  });

  it.each([
    ['(a+)+b', 'repeated', 4],
    ['(?:a|a)*b', 'repeated', 7],
    ['(?:ab){2}', 'repeated', 6],
    [
      '(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)b',
      'too many ways',
      77,
    ],
    ['.*.*b', 'too many ways', 4],
    ['(?=a)b', 'look-around', 1],
    ['(?!a)b', 'look-around', 1],
    ['(?<=a)b', 'look-around', 1],
    ['(?<n>a)', 'names', 1],
    [String.raw`(a)\1`, 'back-references', 3],
    [String.raw`\k<n>`, 'back-references', 0],
    [String.raw`\p{L}`, 'ASCII', 0],
    ['a*', 'empty', 0],
    ['a|', 'empty', 0],
    ['(a', 'unmatched (', 2],
    ['a)', 'unmatched )', 1],
    ['a)|(b', 'unmatched )', 1],
    ['[a', 'unmatched [', 0],
    ['*a', 'nothing to repeat', 0],
    ['a**', 'nothing to repeat', 2],
    ['^*a', 'nothing to repeat', 1],
    ['a{300}', 'count', 6],
    ['[z-a]', 'range', 0],
    ['\\', 'escape', 0],
    ['a'.repeat(1001), '1000', 1000],
    [`${'('.repeat(30)}a${')'.repeat(30)}`, 'groups', 21],
  ])('refuses %s', (pattern, message, position) => {
    const checked = checkPattern(pattern);
    expect(checked).toMatchObject({ ok: false, problem: { position } });
    expect(!checked.ok && checked.problem.message.toLowerCase()).toContain(message.toLowerCase());
  });

  it('bounds what a star reaches', () => {
    const checked = checkPattern('foo.*bar');
    if (!checked.ok) throw new Error('refused');
    expect(checked.regex.test(`foo${'x'.repeat(maxReach)}bar`)).toBe(true);
    expect(checked.regex.test(`foo${'x'.repeat(maxReach + 1)}bar`)).toBe(false);
  });

  it('never throws, and what it takes is fast on texts made to be slow', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      'a+',
      'a*',
      '.*',
      '(a|a)',
      '(?:a|ab)?',
      '[ab]*',
      '|',
      '(',
      ')',
      '{2,',
      '\\b',
      '?',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const checked = checkPattern(pieces.join(''));
        if (!checked.ok) return;
        const start = performance.now();
        checked.regex.test(`${'a'.repeat(2_000)}!`);
        // A pattern that ran away would not end at all.
        expect(performance.now() - start).toBeLessThan(2_000);
      }),
      { numRuns: 300 },
    );
  });
});
