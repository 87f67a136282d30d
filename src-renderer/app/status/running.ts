import { creationStates, isRunning } from '#ui/studio/creations/index.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';

/** The longest credible wait among running requests in seconds; null when none is known (`ux.md` 4.1). */
export function longestEta(creations: readonly Creation[]): number | null {
  const known = creations
    .filter((creation) => isRunning(creation) && creationStates[creation.state].hasEta)
    .map((creation) => creation.progress.etaSeconds)
    .filter((seconds) => seconds !== null && seconds > 0);
  return known.length === 0 ? null : Math.max(...known.map(Number));
}
