import { describe, expect, it } from 'vitest';
import { creationOf } from '#ui/testing/values.ts';
import { promptHistory, walkHistory, walkStart } from './prompt-history.ts';

const history = ['c', 'b', 'a'];

/** Walks from what stands in the box; the prompts seen on the way. */
function walkAll(shown: string, directions: readonly (1 | -1)[]): string[] {
  let walk = walkStart;
  return directions.map((direction) => {
    const next = walkHistory(history, walk, direction, shown);
    if (next !== undefined) ({ walk, prompt: shown } = next);
    return shown;
  });
}

describe('promptHistory', () => {
  it('lists each prompt once', () => {
    const { input } = creationOf();
    const of = (prompt: string) => creationOf({ input: { ...input, prompt } });
    expect(promptHistory([of('b'), of('a'), of('b')])).toEqual(['b', 'a']);
  });
});

describe('walkHistory', () => {
  it('goes back and forth and gives the typed words back', () => {
    expect(walkAll('mine', [1, 1, -1, -1])).toEqual(['c', 'b', 'c', 'mine']);
  });

  it('stops at both ends', () => {
    expect(walkAll('mine', [1, 1, 1, 1])).toEqual(['c', 'b', 'a', 'a']);
    expect(walkAll('mine', [-1])).toEqual(['mine']);
  });

  it('does not show what is already shown', () => {
    expect(walkAll('c', [1])).toEqual(['b']);
  });

  it('begins anew from a prompt that was changed', () => {
    const first = walkHistory(history, walkStart, 1, 'mine');
    const changed = walkHistory(history, first?.walk ?? walkStart, 1, 'c, but blue');
    expect(changed?.prompt).toBe('c');
    expect(walkHistory(history, changed?.walk ?? walkStart, -1, 'c')?.prompt).toBe('c, but blue');
  });
});
