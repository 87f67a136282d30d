import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CreationState } from '#shared/studio/creations/schema.ts';
import { creationOf } from '#ui/testing/values.ts';
import { barPercent, workShare } from './progress.ts';

const progressOf = (changes: Partial<ReturnType<typeof creationOf>['progress']>) => ({
  ...creationOf().progress,
  ...changes,
});

describe('workShare', () => {
  it('adds the steps of the picture that is made now', () => {
    expect(workShare(creationOf({ progress: progressOf({ finished: 1, step: 6, steps: 12 }) }))).toBe(0.375);
  });

  it('stays between nothing and all, whatever a horde tells', () => {
    const count = fc.option(fc.integer({ min: -5, max: 600 }), { nil: null });
    fc.assert(
      fc.property(fc.nat(30), count, count, (finished, step, steps) => {
        const share = workShare(creationOf({ progress: progressOf({ finished, step, steps }) }));
        expect(share).toBeLessThanOrEqual(1);
        expect(Number.isFinite(share)).toBe(true);
      }),
    );
  });
});

describe('barPercent', () => {
  it('moves with the place in the line', () => {
    const at = (queuePosition: number) =>
      barPercent(creationOf({ state: 'waiting', progress: progressOf({ queuePosition }) }), 7);
    expect(at(7)).toBe(12.5);
    expect(at(4)).toBe(50);
    expect(at(0)).toBe(100);
  });

  it('is a number between 0 and 100, or none, in every state', () => {
    for (const state of CreationState.enum) {
      const percent = barPercent(creationOf({ state }), 0) ?? 0;
      expect(percent).toBeGreaterThanOrEqual(0);
      expect(percent).toBeLessThanOrEqual(100);
    }
  });
});
