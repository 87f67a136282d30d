/** A span of seconds as two whole numbers of one unit, for words such as "about 20–35 s". */
export interface EtaRange {
  readonly unit: 'seconds' | 'minutes' | 'hours';
  readonly low: number;
  readonly high: number;
}

const roundTo = (value: number, step: number): number => Math.max(step, Math.round(value / step) * step);

/**
 * An estimate as an honest range: a fifth less to a third more, rounded to what a person would say
 * (`ux.md` 4.1). `undefined` for an unknown or spent estimate.
 */
export function etaRange(seconds: number | null | undefined): EtaRange | undefined {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds <= 0) {
    return undefined;
  }
  if (seconds < 100) {
    const step = seconds < 10 ? 1 : 5;
    return { unit: 'seconds', low: roundTo(seconds * 0.8, step), high: roundTo(seconds * 1.33, step) };
  }
  const [unit, size] = seconds < 5400 ? (['minutes', 60] as const) : (['hours', 3600] as const);
  return { unit, low: roundTo((seconds * 0.8) / size, 1), high: roundTo((seconds * 1.33) / size, 1) };
}

/** Kudos as people read them: whole from ten on, one decimal below. */
export function formatKudos(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 }).format(
    value,
  );
}

/** Bytes in the largest unit that keeps the number above one. */
export function formatBytes(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

/** Date and time of a moment given in milliseconds since the epoch. */
export function formatMoment(epochMs: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(epochMs);
}
