import { creationStates } from '#ui/studio/creations/index.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';

/** The longest credible wait among requests in seconds; null when none is known (`ux.md` 4.1). */
export function longestEta(creations: readonly Creation[]): number | null {
  const known = creations.flatMap(({ state, progress: { etaSeconds } }) =>
    creationStates[state].hasEta && etaSeconds !== null && etaSeconds > 0 ? [etaSeconds] : [],
  );
  return known.length === 0 ? null : Math.max(...known);
}
