import { describe, expect, it } from 'vitest';
import { allOf, extended, keptIn, noSelection, toggled } from './selection.ts';

const order = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));

describe('selection', () => {
  it('adds a picture and takes it out again', () => {
    const one = toggled(noSelection, 'b');
    expect([...one.ids]).toEqual(['b']);
    expect([...toggled(one, 'b').ids]).toEqual([]);
    expect(noSelection.ids.size).toBe(0);
  });

  it('draws a range from the picture touched last, both ways, and keeps its start', () => {
    const from = toggled(noSelection, 'c');
    const down = extended(from, 'e', order);
    expect([...down.ids].toSorted()).toEqual(['c', 'd', 'e']);
    expect([...extended(down, 'b', order).ids].toSorted()).toEqual(['b', 'c', 'd', 'e']);
    expect([...extended(noSelection, 'd', order).ids]).toEqual(['d']);
  });

  it('forgets pictures that have left the list', () => {
    const all = allOf(order);
    expect(keptIn(all, order)).toBe(all);
    expect([...keptIn(all, order.slice(3)).ids]).toEqual(['d', 'e']);
  });
});
