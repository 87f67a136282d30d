/** Kudos as integer hundredths, here called cents (`kudos.md`, "How to read it"). */

/** Kudos to cents: `floor(x * 100 + 0.5)` of the size, so that a debit rounds as its credit does. */
export function toCents(kudos: number): number {
  return Math.sign(kudos) * Math.round(Math.abs(kudos) * 100);
}

/** The nearest hundredth. */
export function round2(value: number): number {
  return toCents(value) / 100;
}

/** Kudos for people: always two decimals. */
export function kudosText(cents: number): string {
  return (cents / 100).toFixed(2);
}

/** A step of a list of surcharges: a factor in hundredths, or an amount in cents. */
export type Surcharge = { readonly percent: number } | { readonly cents: number };

/**
 * Applies surcharges in their order, exactly, and rounds once at the end, halves up. Floating point would
 * turn some exact halves the wrong way, e.g. 24.50 * 1.05 + 1.
 */
export function surcharged(cents: number, steps: readonly Surcharge[]): number {
  let numerator = BigInt(cents);
  let denominator = 1n;
  for (const step of steps) {
    if ('percent' in step) {
      numerator *= BigInt(step.percent);
      denominator *= 100n;
    } else {
      numerator += BigInt(step.cents) * denominator;
    }
  }
  return Number((2n * numerator + denominator) / (2n * denominator));
}
