import { type Creation, terminalStates } from '#shared/studio/creations/schema.ts';

export function isTerminal({ state }: Pick<Creation, 'state'>): boolean {
  return terminalStates.includes(state);
}
