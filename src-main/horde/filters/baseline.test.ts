import { describe, expect, it } from 'vitest';
import { judge, type Question } from '#shared/horde/filters/judge.ts';
import { checkPattern } from '#shared/horde/filters/pattern.ts';
import { builtInFilters, firstOwnId, matureSubstitutions, negativeWords } from './baseline.ts';
import { builtInPlain, compileFilters } from './filter-set.ts';

const set = { filters: compileFilters(builtInPlain), matureSubstitutions, negative: negativeWords };
const kindOf = (prompt: string, extra: Partial<Question> = {}) =>
  judge(
    {
      prompt,
      kind: 'image',
      mayRewrite: false,
      mustRewrite: false,
      isMature: false,
      isScored: true,
      ...extra,
    },
    set,
  ).kind;

describe('the built-in filters', () => {
  it('hold to the rules that they set to others', () => {
    const ids = builtInFilters.map((filter) => filter.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
    expect(Math.max(...ids)).toBeLessThan(firstOwnId);
    for (const filter of builtInFilters) {
      expect([filter.id, checkPattern(filter.regex)]).toEqual([
        filter.id,
        expect.objectContaining({ ok: true }),
      ]);
      expect(filter.replacement.length).toBeLessThanOrEqual(255);
    }
  });

  it.each([
    'a portrait of an old lighthouse keeper',
    'children playing on a beach, watercolour',
    'a baby elephant, baby blue sky',
    'two young girls reading a picture book',
    'a 12 year old single malt on a table',
    'nude figure study, charcoal, adult model, 45 years old',
    'marble statue of a naked goddess',
    'a robin redbreast, a cockatoo, the town of Scunthorpe, Essex and Sussex',
    'an analysis of a circumstance, cumulus clouds, a title on a titanic poster',
  ])('leave alone: %s', (prompt) => {
    expect(kindOf(prompt)).toBe('clean');
  });

  it('find both contexts together, and rewrite one of them', () => {
    // The contexts stand for themselves; what they would say together is nobody's to write out here.
    const youth = [
      'child',
      'toddlers',
      '16 years old',
      'aged twelve',
      'teenager',
      'school girl',
      'little boy',
    ];
    const sexual = ['nude', 'nsfw', 'topless', 'erotic', 'lingerie', 'bdsm'];
    for (const one of youth) {
      expect([one, kindOf(one), kindOf(one, { isMature: true })]).toEqual([one, 'clean', 'rewritten']);
      for (const other of sexual) {
        expect([one, other, kindOf(`${one}, ${other}`)]).toEqual([one, other, 'corrupt']);
        const rewritten = kindOf(`${one}, ${other}`, { mayRewrite: true });
        expect([one, other, rewritten]).toEqual([one, other, 'rewritten']);
      }
    }
  });

  it('do not take 18 and more for youth', () => {
    for (const age of ['18 years old', '21 yo', 'aged 30', '118 years old', 'eighteen years old']) {
      expect([age, kindOf(`${age}, nude`)]).toEqual([age, 'clean']);
    }
  });
});
