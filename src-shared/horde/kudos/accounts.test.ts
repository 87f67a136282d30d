import { describe, expect, it } from 'vitest';
import {
  accountKind,
  floorCents,
  isPromotable,
  isSuspicious,
  jobShares,
  openingCents,
  type Standing,
  trustAgeMs,
  uptimeShares,
} from './accounts.ts';

describe('kinds of account', () => {
  it.each([
    ['anon', 'anonymous', -5000, 0],
    ['6f1b1e0e-9b1f-4c55-8a52-0d8f6b6d0c11', 'pseudonymous', 1400, 1400],
    ['local:owner', 'registered', 2500, 2500],
  ] as const)('%s is %s', (oauthId, kind, floor, opening) => {
    expect([accountKind(oauthId), floorCents(oauthId), openingCents(oauthId)]).toEqual([
      kind,
      floor,
      opening,
    ]);
  });
});

describe('trust', () => {
  const ready: Standing = {
    isAnonymous: false,
    isTrusted: false,
    isFlagged: false,
    isDeleted: false,
    points: 4,
    ageMs: trustAgeMs,
  };

  it('comes by itself with more in escrow than the threshold', () => {
    expect(isPromotable(ready, 100_001, 100_000)).toBe(true);
    expect(isPromotable(ready, 100_000, 100_000)).toBe(false);
    expect(isPromotable(ready, 100_001, undefined)).toBe(false);
  });

  it.each<Partial<Standing>>([
    { ageMs: trustAgeMs - 1 },
    { points: 5 },
    { isAnonymous: true },
    { isTrusted: true },
    { isFlagged: true },
    { isDeleted: true },
  ])('never comes to an account with %o', (change) => {
    expect(isPromotable({ ...ready, ...change }, 100_001, 100_000)).toBe(false);
  });

  it('is immune to points', () => {
    expect(isSuspicious({ isTrusted: true, points: 9 })).toBe(false);
    expect([4, 5].map((points) => isSuspicious({ isTrusted: false, points }))).toEqual([false, true]);
  });

  it('decides what waits in escrow', () => {
    expect(jobShares(1225, true)).toEqual({ balance: 613, escrow: 612 });
    expect(jobShares(1225, false)).toEqual({ balance: 1225, escrow: 0 });
    expect(uptimeShares(5600, true, false)).toEqual({ balance: 0, escrow: 5600 });
    expect(uptimeShares(4000, true, true)).toEqual({ balance: 4000, escrow: 0 });
  });
});
