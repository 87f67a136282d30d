/** Monthly kudos (`kudos.md` 1.10). Pure. */

/** What every moderator receives, in cents. */
export const moderatorStipendCents = 300_000 * 100;

/** What an account receives a month, in cents. */
export function monthlyCents(account: {
  readonly storedCents: number;
  readonly isModerator: boolean;
}): number {
  return account.storedCents + (account.isModerator ? moderatorStipendCents : 0);
}

/** One calendar month later, in UTC; the last day of a shorter month stands for the days that it lacks. */
export function addMonth(time: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + 1);
  const daysOfMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, daysOfMonth));
  return date.getTime();
}

/**
 * Start of the period that is due: now for who never received any, else one month after the last once that
 * is over. Undefined when nothing is due. Missed months come one a call.
 */
export function duePeriod(lastReceived: number | null, now: number): number | undefined {
  if (lastReceived === null) return now;
  const next = addMonth(lastReceived);
  return now > next ? next : undefined;
}
