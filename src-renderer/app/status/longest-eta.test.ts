import { describe, expect, it } from 'vitest';
import { creationOf } from '#ui/testing/values.ts';
import { longestEta } from './longest-eta.ts';

const withEta = (state: 'working' | 'waiting' | 'impossible' | 'done', etaSeconds: number | null) =>
  creationOf({ state, progress: { ...creationOf().progress, etaSeconds } });

describe('longestEta', () => {
  it.each([
    ['the longest', [withEta('working', 20), withEta('waiting', 50), withEta('waiting', null)], 50],
    ['none of what cannot be done', [withEta('impossible', 900), withEta('working', 5)], 5],
    ['none of what has ended', [withEta('done', 30)], null],
    ['none when nothing is known', [withEta('working', null), withEta('working', 0)], null],
    ['none without requests', [], null],
  ])('gives %s', (_what, creations, expected) => {
    expect(longestEta(creations)).toBe(expected);
  });
});
