/** Uptime after which a worker's owner is rewarded, in milliseconds: more than this, not just this. */
export const uptimeRewardMs = 600_000;

/** Reward of an image worker for one stretch of uptime, in cents (`kudos.md` 2.3). */
export function imageUptimeCents(profile: {
  readonly models: readonly string[];
  readonly allowLora: boolean;
}): number {
  return 100 * (50 + 2 * profile.models.length + (profile.allowLora ? 30 : 0));
}

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
