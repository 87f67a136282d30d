import { useQuery } from '@tanstack/react-query';
import { estimateQuery } from '#ui/api/queries.ts';
import type { CreationEstimate, CreationInput } from '#shared/studio/creations/schema.ts';
import type { CreateDraft } from '#shared/studio/drafts/schema.ts';
import { useDebouncedValue } from '#ui/ui/controls.ts';
import { toPricedInput } from './draft.ts';

/** A dry run counts against the limit of requests: one at most for each pause of this length (`ux.md` 4.4). */
const pauseMs = 600;

interface Estimate {
  /** The last price that is known. */
  readonly data: CreationEstimate | undefined;
  /** Why the draft as it is has no price. */
  readonly error: Error | null;
  /** The price is of an earlier draft: a new one is on its way. */
  readonly isOld: boolean;
}

/** The price of a draft, asked for once it rests. */
export function useEstimate(draft: CreateDraft): Estimate {
  const key = JSON.stringify(toPricedInput(draft) ?? null);
  const [restingKey] = useDebouncedValue(key, pauseMs, { leading: true });
  // Only what `toPricedInput` gave is read back.
  const input = JSON.parse(restingKey) as CreationInput | null;
  const query = useQuery(estimateQuery(input ?? undefined));
  return {
    data: query.data,
    error: query.error,
    isOld: restingKey !== key || query.isPlaceholderData || query.isPending,
  };
}
