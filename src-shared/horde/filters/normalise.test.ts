import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise, searchable, splitPrompt } from './normalise.ts';

describe('normalise', () => {
  it.each([
    ['punctuation and underscores', 'a_red-fox, (by) night!', 'a red fox by night'],
    ['weights', 'a (red:1.2) fox', 'a red fox'],
    ['weights inside of words', '(re:1.1)d fox', 'red fox'],
    ['weights inside of weights', '((red:1.2) fox : 0.9)', 'red fox'],
    ['what only looks like a weight', 'ratio 16:9 (fox: big)', 'ratio 16 9 fox big'],
    ['spaced letters', 'a f o x', 'afox'],
    ['letters apart by punctuation', 'f.o.x f-o-x f*o*x', 'fox fox fox'],
    ['letters wide apart', 'f - o - x', 'fox'],
    ['two spaced words', 'r e d  f o x', 'red fox'],
    ['two letters', 'x y axis', 'x y axis'],
    ['accents', 'réd fôx', 'red fox'],
    ['zero-width characters', 're\u200bd\u2060 fo\u00adx', 'red fox'],
    ['full-width letters', 'ｒｅｄ　ｆｏｘ', 'red fox'],
    ['letters of other alphabets', 'rеd fох', 'red fox'],
    ['letters of mathematics', '𝐫𝐞𝐝 𝓯𝓸𝔁', 'red fox'],
    ['letters in circles and squares', 'ⓡⓔⓓ 🅕🅞🅧', 'red fox'],
    ['letters that are two', 'straße', 'strasse'],
    ['digits within words', 'f0x r3d 4k 16yo', 'fox red 4k 16yo'],
    ['signs and scripts without letters of ours', 'red 狐 🦊 fox', 'red fox'],
    ['nothing', ' .. ', ''],
  ])('reads %s', (_, text, expected) => {
    expect(normalise(text)).toBe(expected);
  });

  it('never throws, and gives plain words with one blank between them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(normalise(text)).toMatch(/^(?:[a-zA-Z0-9]+(?: [a-zA-Z0-9]+)*)?$/);
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing about plain words, whatever stands around them', () => {
    const word = fc.stringMatching(/^[a-z]{2,8}$/);
    const gap = fc.constantFrom(' ', ', ', '. ', ' - ', '_', '\n', ' (', ') ', '!');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 20 }), (parts) => {
        const words = parts.map(([text]) => text);
        expect(normalise(parts.map(([text, space]) => text + space).join(''))).toBe(words.join(' '));
      }),
    );
  });
});

describe('searchable', () => {
  it('reads a spaced word behind an article both ways', () => {
    expect(searchable('a f o x').searched.split(' ')).toEqual(['afox', 'fox']);
    expect(searchable('o x e n')).toMatchObject({ plain: 'oxen', readings: '' });
  });
});

describe('splitPrompt', () => {
  it('ends the positive part at the first separator', () => {
    expect(splitPrompt('a###b###c')).toEqual({ positive: 'a', negative: 'b###c' });
    expect(splitPrompt('a ## b')).toEqual({ positive: 'a ## b', negative: '' });
  });
});
