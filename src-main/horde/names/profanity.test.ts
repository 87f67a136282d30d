import { describe, expect, it } from 'vitest';
import { createProfanityCheck } from './index.ts';

const isProfane = createProfanityCheck();

describe('the check of names', () => {
  it.each(['fuck', 'FUCK this', 'fuсk', 'f\u{1D532}ck', 'fuuuck', 'Fucking worker', 'what a sh1t worker'])(
    'refuses %s',
    (text) => {
      expect(isProfane(text)).toBe(true);
    },
  );

  it.each([
    'Scunthorpe',
    'Penistone',
    'a classic grass painting',
    'assistant',
    'cocktail',
    'Yurt on desk',
    'Анна',
    '猫',
    '',
  ])('lets %j pass', (text) => {
    expect(isProfane(text)).toBe(false);
  });
});
