import type { CreationState } from './schema.ts';

/** States in which nothing more happens to a creation; apart from the schemas, so that a page can have it without them. */
export const terminalStates: readonly CreationState[] = ['done', 'partial', 'failed', 'cancelled', 'expired'];
