import type { TFunction } from 'i18next';
import { etaRange } from '#ui/ui/format.ts';

/** An estimate in words such as "about 20–35 s"; `undefined` when there is none. `t` is of `shell`. */
export function etaWords(t: TFunction<'shell'>, seconds: number | null): string | undefined {
  const range = etaRange(seconds);
  if (range === undefined) return undefined;
  return range.low === range.high
    ? t(`eta.${range.unit}One`, { high: range.high })
    : t(`eta.${range.unit}`, { low: range.low, high: range.high });
}
