import { describe, expect, it } from 'vitest';
import { afterDrop, isExtremePixels, isPausedByPoints, nameSuspicions, unreasonableSpeed } from './rules.ts';

const hour = 3_600_000;

describe('points', () => {
  it('pause from the fifth on, and nobody who is trusted', () => {
    expect([4, 5, 9].map((points) => isPausedByPoints(points, false))).toEqual([false, true, true]);
    expect(isPausedByPoints(9, true)).toBe(false);
  });

  it.each([
    [100, false, []],
    [101, false, ['WORKER_NAME_LONG']],
    [200, false, ['WORKER_NAME_LONG']],
    [201, false, ['WORKER_NAME_LONG', 'WORKER_NAME_EXTREME']],
    [5, true, ['WORKER_PROFANITY']],
  ])('for a name of %i characters, profane: %s', (length, isProfane, expected) => {
    expect(nameSuspicions('𝒂'.repeat(length), isProfane)).toEqual(expected);
  });

  it('for more pixels than 3072 squared, without trust', () => {
    expect(isExtremePixels(9_437_184, false)).toBe(false);
    expect(isExtremePixels(9_437_185, false)).toBe(true);
    expect(isExtremePixels(9_437_185, true)).toBe(false);
  });
});

describe('unreasonableSpeed', () => {
  const image = (pixelsteps: number) => ({ kind: 'image' as const, pixelsteps });
  const text = (tokens: number, model: string, billionParameters: number | undefined) => ({
    kind: 'text' as const,
    tokens,
    model,
    billionParameters,
  });
  const base = { seconds: 10, isOwnerTrusted: false, isLocal: false };

  it.each([
    ['20 megapixelsteps a second', image(200_000_000), false],
    ['more than that', image(200_000_001), true],
    ['150 tokens a second', text(1_500, 'm', undefined), false],
    ['more than that', text(1_501, 'm', undefined), true],
    ['30 of 70 B', text(300, 'm', 70), false],
    ['more than 30 of 70 B', text(301, 'm', 70), true],
    ['90 of 8x and 70 B', text(900, 'M-8X7', 70), false],
    ['more than 90 of 8x and 70 B', text(901, 'M-8X7', 70), true],
    ['100 of 14 B', text(1_000, 'm', 14), false],
    ['more than 100 of 14 B', text(1_001, 'm', 14), true],
    ['150 of 8x and 14 B', text(1_500, 'm-8x', 14), false],
    ['more than any model may', text(1_501, 'm-8x', 14), true],
    ['150 of less', text(1_500, 'm', 13.9), false],
    ['alchemy', { kind: 'alchemy' as const }, false],
  ])('%s', (_, result, isSuspect) => {
    expect(unreasonableSpeed({ ...base, ...result }) !== undefined).toBe(isSuspect);
  });

  it('asks trusted owners for the general limit alone, and local workers for none', () => {
    const fast = text(1_400, 'm', 70);
    expect(unreasonableSpeed({ ...base, ...fast })).toBe(140);
    expect(unreasonableSpeed({ ...base, ...fast, isOwnerTrusted: true })).toBeUndefined();
    expect(unreasonableSpeed({ ...base, ...image(9e12), isLocal: true })).toBeUndefined();
  });

  it('measures what took no time at all', () => {
    expect(unreasonableSpeed({ ...base, ...image(1_000_000), seconds: 0 })).toBe(1_000);
  });
});

describe('afterDrop', () => {
  const normal = { now: hour, isRaided: false, isAlchemist: false };
  const at = (count: number, extra: object = {}, since = 0) =>
    afterDrop({ count, since }, { ...normal, ...extra });

  it.each([
    ['the 20th', 19, {}, false, false],
    ['the 21st', 20, {}, true, true],
    ['the 10th in a raid', 9, { isRaided: true }, false, false],
    ['the 11th in a raid, unseen', 10, { isRaided: true }, true, false],
    ["an alchemist's 100th", 99, { isAlchemist: true }, false, false],
    ["an alchemist's 101st", 100, { isAlchemist: true }, true, true],
    ["an alchemist's 101st in a raid", 100, { isAlchemist: true, isRaided: true }, true, false],
  ])('%s', (_, before, extra, isTooMany, entersMaintenance) => {
    expect(at(before, extra)).toMatchObject({ isTooMany, entersMaintenance });
    expect(at(before, extra).drops.count).toBe(isTooMany ? 0 : before + 1);
  });

  it('begins a new window with the first drop after an hour', () => {
    expect(at(20, { now: hour + 1 })).toEqual({
      drops: { count: 1, since: hour + 1 },
      isTooMany: false,
      entersMaintenance: false,
    });
  });
});
