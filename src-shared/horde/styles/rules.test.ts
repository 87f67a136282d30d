import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyStyle, expandPrompt, pickMember } from './rules.ts';

const ink = { prompt: '{p}, ink{np}', params: { steps: 20 }, models: ['tiny'], nsfw: false };

describe('expandPrompt', () => {
  it.each([
    ['{p}{np}', 'a fox', 'a fox'],
    ['{p}, ink{np}', 'a fox###blurry', 'a fox, ink###blurry'],
    ['{p}, ink###text, {np}', 'a fox###blurry', 'a fox, ink###text, blurry'],
    ['{p}, ink###text{np}', 'a fox', 'a fox, ink###text'],
    ['{p} {q} {{p}}{np}', 'a fox', 'a fox {q} {a fox}'],
    ['{p}{np}', 'a fox###one###two', 'a fox###one###two'],
    ['{p}{np}', 'a fox###', 'a fox'],
    ['{p}{np}', '{np} and {p}###{p}', '{np} and {p}###{p}'],
    ['{p}{np}', '$& $1', '$& $1'],
  ])('image: %j with %j is %j', (template, prompt, expanded) => {
    expect(expandPrompt('image', template, prompt)).toBe(expanded);
  });

  it.each([
    ['You are a bard. {p}', '### Instruction: sing', 'You are a bard. ### Instruction: sing'],
    ['{p}{np}', '### Instruction: sing', '### Instruction: sing'],
    ['{p} as a song{np}', 'sing### of foxes', 'sing as a song### of foxes'],
  ])('text: %j with %j is %j', (template, prompt, expanded) => {
    expect(expandPrompt('text', template, prompt)).toBe(expanded);
  });

  it('gives every prompt back through a bare style', () => {
    fc.assert(
      fc.property(fc.string(), (prompt) => {
        const isEmptyNegative = prompt.indexOf('###') === prompt.length - 3;
        fc.pre(!isEmptyNegative || !prompt.includes('###'));
        expect(expandPrompt('image', '{p}{np}', prompt)).toBe(prompt);
      }),
    );
  });
});

describe('applyStyle', () => {
  it('replaces models and parameters and keeps what belongs to the request', () => {
    const asked = {
      prompt: 'a fox###blurry',
      models: ['other'],
      params: { n: 3, steps: 50, cfg_scale: 9, width: 768, height: 640, seed: '7', karras: true },
      trusted_workers: true,
    };
    expect(applyStyle('image', ink, asked)).toEqual({
      prompt: 'a fox, ink###blurry',
      models: ['tiny'],
      params: { n: 3, steps: 20, width: 768, height: 640, seed: '7' },
      trusted_workers: true,
    });
  });

  it.each([
    [{ width: 512 }, { width: 512, height: 640 }],
    [
      { width: 512, height: 448 },
      { width: 512, height: 448 },
    ],
    [{}, { width: 768, height: 640 }],
  ])('takes the sides of a style with %j', (params, sides) => {
    const asked = { prompt: 'a fox', params: { width: 768, height: 640 } };
    expect(applyStyle('image', { ...ink, params }, asked).params).toEqual(sides);
  });

  it('keeps the lengths of a text request', () => {
    const style = { ...ink, params: { temperature: 0.7 } };
    const params = { n: 2, max_length: 300, max_context_length: 4096, top_p: 0.5, temperature: 1 };
    expect(applyStyle('text', style, { prompt: 'a fox', params }).params).toEqual({
      n: 2,
      max_length: 300,
      max_context_length: 4096,
      temperature: 0.7,
    });
  });

  it.each([
    [true, false, true],
    [false, true, true],
    [false, false, false],
    [false, undefined, undefined],
  ])('style mature: %s, asked: %s, then: %s', (nsfw, asked, then) => {
    expect(applyStyle('image', { ...ink, nsfw }, { prompt: 'a', nsfw: asked }).nsfw).toBe(then);
  });
});

describe('pickMember', () => {
  it('gives each member alike (chi-square over 6000 draws)', () => {
    const counts = { a: 0, b: 0, c: 0 };
    // A linear congruential generator: the same draws in every run.
    let state = 7;
    for (let i = 0; i < 6000; i += 1) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      const picked = pickMember(['a', 'b', 'c'] as const, state / 2_147_483_648);
      if (picked !== undefined) counts[picked] += 1;
    }
    const chiSquare = Object.values(counts).reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    // The 99.9 % point for two degrees of freedom.
    expect(chiSquare).toBeLessThan(13.82);
    expect(counts.a + counts.b + counts.c).toBe(6000);
  });

  it('reaches both ends, and nothing in an empty collection', () => {
    expect(pickMember(['a', 'b', 'c'], 0)).toBe('a');
    expect(pickMember(['a', 'b', 'c'], 1 - Number.EPSILON)).toBe('c');
    expect(pickMember([], 0.5)).toBeUndefined();
  });
});
