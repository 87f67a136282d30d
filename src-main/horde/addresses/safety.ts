import type { Clock } from '#shared/common/clock.ts';
import type { AddressSafety } from '#shared/horde/suspicion/modes.ts';
import { isPrivate, type SourceAddress } from './address.ts';

/**
 * Asks a service of the host's choice about one address. Gives what it answered: a probability that the
 * address hides who calls, or the HTTP status of a refusal; throws when it was not reached within 2 s.
 */
export type SafetyLookup = (
  address: string,
) => Promise<{ readonly probability: number } | { readonly status: number }>;

const unsafeFrom = 0.93;
const rememberedMs = 6 * 3_600_000;
const maxRemembered = 10_000;

/**
 * How addresses stand with the checker (`accounts-and-safety.md` 4.2). Without a lookup, which is the
 * default, every address is safe and nobody outside learns of any; private ones are never asked about.
 */
export function createAddressSafety({
  lookup,
  clock,
}: {
  readonly lookup?: SafetyLookup | undefined;
  readonly clock: Clock;
}) {
  const remembered = new Map<string, { readonly safety: AddressSafety; readonly until: number }>();
  const remember = (key: string, safety: AddressSafety): AddressSafety => {
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(key, { safety, until: clock() + rememberedMs });
    return safety;
  };
  return {
    safetyOf: async (address: SourceAddress): Promise<AddressSafety> => {
      if (!lookup || isPrivate(address)) return 'safe';
      const before = remembered.get(address.text);
      if (before && before.until > clock()) return before.safety;
      let answer: Awaited<ReturnType<SafetyLookup>>;
      try {
        answer = await lookup(address.text);
      } catch {
        return 'unknown';
      }
      if ('probability' in answer)
        return remember(address.text, answer.probability < unsafeFrom ? 'safe' : 'unsafe');
      return answer.status === 429 ? 'unknown' : remember(address.text, 'safe');
    },
  };
}
