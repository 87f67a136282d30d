import { useTranslation } from 'react-i18next';
import { etaRange } from './format.ts';

/** An estimate in words, for example "about 20–35 s"; `undefined` where it is unknown. */
export function useEtaWords(): (seconds: number | null | undefined) => string | undefined {
  const { t } = useTranslation('shell');
  return (seconds) => {
    const range = etaRange(seconds);
    if (range === undefined) return undefined;
    const key = range.low === range.high ? `eta.${range.unit}One` : `eta.${range.unit}`;
    return t(key, { low: range.low, high: range.high });
  };
}
