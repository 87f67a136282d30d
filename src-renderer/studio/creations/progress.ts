import type { Creation } from '#shared/studio/creations/schema.ts';
import { isTerminal } from '#shared/studio/creations/states.ts';
import { creationStates } from './creation-states.ts';

/** Whether a creation has not ended. */
export const isRunning = (creation: Creation): boolean => !isTerminal(creation);

/** Share of a request that is done, 0 to 1: finished pictures, and the steps of the one being made. */
export function workShare(creation: Creation): number {
  const { finished, step, steps } = creation.progress;
  const { count } = creation.input;
  const current = step === null || steps === null || steps <= 0 ? 0 : Math.min(1, step / steps);
  return Math.min(1, (finished + (finished < count ? current : 0)) / count);
}

/**
 * How far the bar of a card is, 0 to 100; `undefined` where the state has none. `longestQueue` is the
 * farthest place in the line that was seen: the bar of a waiting request says how much of it is behind.
 */
export function barPercent(creation: Creation, longestQueue: number): number | undefined {
  switch (creationStates[creation.state].bar) {
    case 'queue':
      return longestQueue > 0 ? 100 * (1 - creation.progress.queuePosition / (longestQueue + 1)) : 0;
    case 'work':
      return 100 * workShare(creation);
    case 'full':
      return 100;
    case 'none':
      return undefined;
  }
}
