import { describe, expect, it } from 'vitest';
import { screenAt } from './screens.ts';
import { readRootSearch } from './search.ts';

describe('readRootSearch', () => {
  it.each([
    [{ image: '0f8c-1_A' }, { image: '0f8c-1_A' }],
    [{ image: 42 }, { image: '42' }],
    [{ image: '' }, {}],
    [{ image: '../settings' }, {}],
    [{ image: 'x'.repeat(101) }, {}],
    [{ image: ['a'] }, {}],
    [{ image: null, other: 1 }, {}],
    [{}, {}],
  ])('reads %j as %j', (search, expected) => {
    expect(readRootSearch(search)).toEqual(expected);
  });
});

describe('screenAt', () => {
  it.each([
    ['/', 'create'],
    ['/gallery', 'gallery'],
    ['/settings/', 'settings'],
    ['/models', undefined],
  ])('finds at %s %s', (path, id) => {
    expect(screenAt(path)?.id).toBe(id);
  });
});
