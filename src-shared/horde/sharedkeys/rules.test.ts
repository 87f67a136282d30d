import { describe, expect, it } from 'vitest';
import { isEmpty, isWithinAllowance, refuseByLimits, refuseExpired, sharedKeyQuota } from './rules.ts';

const key = {
  allowanceCents: 1000,
  expiry: undefined,
  maxImagePixels: -1,
  maxImageSteps: -1,
  maxTextTokens: -1,
};

describe('the rules of shared keys', () => {
  it.each([
    [false, false, 3],
    [true, false, 10],
    [false, true, 1000],
    [true, true, 1000],
  ])('trusted %s, education %s: %i keys', (isTrusted, isEducation, quota) =>
    expect(sharedKeyQuota({ isTrusted, isEducation })).toBe(quota),
  );

  it.each([
    [undefined, 5, true],
    [6, 5, true],
    [5, 5, false],
    [4, 5, false],
  ])('a key that ends at %s is open at %i: %s', (expiry, now, isOpen) => {
    const check = () => refuseExpired({ expiry }, now);
    if (isOpen) check();
    else expect(check).toThrow(expect.objectContaining({ status: 403, rc: 'SharedKeyExpired' }));
  });

  it.each([
    [undefined, false],
    [0, true],
    [1, false],
  ])('with %s cents to spend, empty is %s', (allowanceCents, empty) =>
    expect(isEmpty({ allowanceCents })).toBe(empty),
  );

  it.each([
    [undefined, 1e12, true],
    [1000, 1000, true],
    [1000, 1001, false],
  ])('%s cents pay for %i: %s', (allowanceCents, cents, pays) =>
    expect(isWithinAllowance({ allowanceCents }, cents)).toBe(pays),
  );

  it.each([
    [{ maxImagePixels: 100 }, { kind: 'image', pixels: 100, steps: 9 }, true],
    [{ maxImagePixels: 100 }, { kind: 'image', pixels: 101, steps: 9 }, false],
    [{ maxImagePixels: 0 }, { kind: 'image', pixels: 64, steps: 1 }, false],
    [{ maxImageSteps: 9 }, { kind: 'image', pixels: 1e6, steps: 9 }, true],
    [{ maxImageSteps: 9 }, { kind: 'image', pixels: 1e6, steps: 10 }, false],
    [{ maxImagePixels: 0, maxImageSteps: 0 }, { kind: 'text', tokens: 500 }, true],
    [{ maxTextTokens: 80 }, { kind: 'text', tokens: 80 }, true],
    [{ maxTextTokens: 80 }, { kind: 'text', tokens: 81 }, false],
    [{ maxTextTokens: 0 }, { kind: 'text', tokens: 1 }, false],
    [{ maxTextTokens: 0 }, { kind: 'image', pixels: 1e6, steps: 500 }, true],
  ] as const)('%j allows %j: %s', (limits, job, isAllowed) => {
    const check = () => refuseByLimits({ ...key, ...limits }, job);
    if (isAllowed) check();
    else expect(check).toThrow(expect.objectContaining({ status: 400, rc: 'BadRequest' }));
  });
});
