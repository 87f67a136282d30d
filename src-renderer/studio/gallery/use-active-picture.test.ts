import { describe, expect, it } from 'vitest';
import { indexOfHeir } from './use-active-picture.ts';

const images = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
const heir = (leaving: string[], index: number): string | undefined =>
  images[indexOfHeir(images, new Set(leaving), index)]?.id;

describe('indexOfHeir', () => {
  it('is the next picture that stays, else the one before', () => {
    expect(heir(['b'], 1)).toBe('c');
    expect(heir(['b', 'c'], 1)).toBe('d');
    expect(heir(['c', 'd'], 3)).toBe('b');
    expect(heir(['a'], 2)).toBe('c');
    expect(heir(['a', 'b', 'c', 'd'], 2)).toBeUndefined();
  });
});
