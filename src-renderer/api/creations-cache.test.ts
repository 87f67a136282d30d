// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { creationOf } from '#ui/testing/values.ts';
import { withCreation, withoutCreation } from './creations-cache.ts';

describe('withCreation', () => {
  it('replaces a known creation and puts a new one first', () => {
    const list = { creations: [creationOf({ id: 'b' }), creationOf({ id: 'a' })] };
    const changed = creationOf({ id: 'a', state: 'done' });
    expect(withCreation(list, changed).creations).toEqual([list.creations[0], changed]);
    expect(withCreation(list, creationOf({ id: 'c' })).creations.map(({ id }) => id)).toEqual([
      'c',
      'b',
      'a',
    ]);
  });
});

describe('withoutCreation', () => {
  it('leaves the others in their order', () => {
    const list = { creations: ['c', 'b', 'a'].map((id) => creationOf({ id })) };
    expect(withoutCreation(list, 'b').creations.map(({ id }) => id)).toEqual(['c', 'a']);
  });
});
