/** What the kind of an account means for its kudos (`kudos.md` 1.2, 1.6, `accounts-and-safety.md` 1.2). */

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export type AccountKind = 'anonymous' | 'pseudonymous' | 'registered';

/** The kind of an account by its external identity. */
export function accountKind(oauthId: string): AccountKind {
  if (oauthId === 'anon') return 'anonymous';
  return uuid.test(oauthId) ? 'pseudonymous' : 'registered';
}

const floors: Readonly<Record<AccountKind, number>> = {
  anonymous: -5000,
  pseudonymous: 1400,
  registered: 2500,
};

/** What a balance may not go below, in cents. */
export function floorCents(oauthId: string): number {
  return floors[accountKind(oauthId)];
}

/** What a new account is given: its floor, and nothing to the anonymous one (`kudos.md` D7). */
export function openingCents(oauthId: string): number {
  return Math.max(0, floorCents(oauthId));
}

/** Points from which an account that is not trusted counts as suspicious. */
export const suspiciousPoints = 5;
/** Age from which an account may become trusted by itself. */
export const trustAgeMs = 7 * 24 * 60 * 60 * 1000;

/** What trust depends on. */
export interface Standing {
  readonly isAnonymous: boolean;
  readonly isTrusted: boolean;
  readonly isFlagged: boolean;
  readonly isDeleted: boolean;
  readonly points: number;
  /** Milliseconds since it was made. */
  readonly ageMs: number;
}

/** Half of its pay and its uptime go to escrow. */
export function isUnderEvaluation(account: Pick<Standing, 'isAnonymous' | 'isTrusted'>): boolean {
  return !account.isTrusted && !account.isAnonymous;
}

export function isSuspicious(account: Pick<Standing, 'isTrusted' | 'points'>): boolean {
  return !account.isTrusted && account.points >= suspiciousPoints;
}

/**
 * Whether an account becomes trusted by itself (TRU-02).
 * @param thresholdCents what the escrow has to exceed; undefined switches promotion off
 */
export function isPromotable(
  account: Standing,
  escrowCents: number,
  thresholdCents: number | undefined,
): boolean {
  if (thresholdCents === undefined || escrowCents <= thresholdCents) return false;
  if (!isUnderEvaluation(account) || account.isFlagged || account.isDeleted) return false;
  return !isSuspicious(account) && account.ageMs >= trustAgeMs;
}

/** How a reward is shared between balance and escrow, in cents (`kudos.md` 1.6). */
export interface Shares {
  readonly balance: number;
  readonly escrow: number;
}

/** The share of a finished job: under evaluation half of it waits. */
export function jobShares(rewardCents: number, isEvaluated: boolean): Shares {
  const escrow = isEvaluated ? Math.floor(rewardCents / 2) : 0;
  return { balance: rewardCents - escrow, escrow };
}

/** The share of a stretch of uptime: under evaluation all of it waits, but for alchemists. */
export function uptimeShares(cents: number, isEvaluated: boolean, isAlchemist: boolean): Shares {
  return isEvaluated && !isAlchemist ? { balance: 0, escrow: cents } : { balance: cents, escrow: 0 };
}
