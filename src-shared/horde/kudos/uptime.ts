import { toCents } from './money.ts';

/** Uptime after which a worker's owner is rewarded, in milliseconds: more than this, not just this. */
export const uptimeRewardMs = 600_000;

/** Reward of an image worker for one stretch of uptime, in cents (`kudos.md` 2.3). */
export function imageUptimeCents(profile: {
  readonly models: readonly string[];
  readonly allowLora: boolean;
}): number {
  return 100 * (50 + 2 * profile.models.length + (profile.allowLora ? 30 : 0));
}

/**
 * Reward of a text worker (`kudos.md` 2.3): only its first model counts.
 * @param profile.billions parameters of that model; undefined when nothing knows it
 */
export function textUptimeCents(profile: {
  readonly billions: number | undefined;
  readonly maxContextLength: number;
  readonly isValidatedBackend: boolean;
}): number {
  const base = 25 + (15 * Math.min(profile.maxContextLength, 262_144)) / 1024;
  if (profile.billions === undefined) return toCents(0.5 * base);
  return toCents(base * (profile.isValidatedBackend ? 1 : 0.3) * Math.max(profile.billions / 7, 0.25));
}

/** Reward of an alchemist for one stretch of uptime, in cents. */
export const alchemyUptimeCents = 4000;

/** Where a check-in leaves a worker's uptime, and the reward that is due. */
export interface UptimeStep {
  readonly uptimeMs: number;
  readonly rewardedMs: number;
  readonly isRewardDue: boolean;
}

/**
 * Adds the time since the last check-in, unless the worker was away, paused or in maintenance: then
 * what had accrued since the last reward is lost (`kudos.md` 1.9).
 */
export function uptimeStep(
  worker: { readonly uptimeMs: number; readonly rewardedMs: number },
  check: { readonly sinceLastMs: number; readonly counts: boolean },
): UptimeStep {
  if (!check.counts) {
    return { uptimeMs: worker.uptimeMs, rewardedMs: worker.uptimeMs, isRewardDue: false };
  }
  const uptimeMs = worker.uptimeMs + check.sinceLastMs;
  const isRewardDue = uptimeMs - worker.rewardedMs > uptimeRewardMs;
  return { uptimeMs, rewardedMs: isRewardDue ? uptimeMs : worker.rewardedMs, isRewardDue };
}
