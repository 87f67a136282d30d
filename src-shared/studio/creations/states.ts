import type { Creation, CreationProgress, CreationState } from './schema.ts';

/** States in which nothing more happens to a creation; apart from the schemas, so that a page can have it without them. */
export const terminalStates: readonly CreationState[] = ['done', 'partial', 'failed', 'cancelled', 'expired'];

/** Whether nothing more happens to a creation. */
export function isTerminal({ state }: Pick<Creation, 'state'>): boolean {
  return terminalStates.includes(state);
}

/** The part of the progress that ends with the work: nothing is made and nothing is waited for. */
export const idleProgress = {
  processing: 0,
  waiting: 0,
  etaSeconds: null,
  step: null,
  steps: null,
  previewUrl: null,
} as const satisfies Partial<CreationProgress>;
