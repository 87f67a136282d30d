import type { Creation } from '#shared/studio/creations/schema.ts';

/** Prompts that were sent, newest first, each once. */
export function promptHistory(creations: readonly Creation[]): readonly string[] {
  return [...new Set(creations.map((creation) => creation.input.prompt))];
}

/** A walk through the history; `at` is -1 for what was being typed, which `typed` keeps. */
export interface HistoryWalk {
  readonly at: number;
  readonly typed: string;
}

export const walkStart: HistoryWalk = { at: -1, typed: '' };

/**
 * One step to an older (1) or newer (-1) prompt. `shown` is what stands in the box; `undefined` where the
 * history ends.
 */
export function walkHistory(
  history: readonly string[],
  walk: HistoryWalk,
  direction: 1 | -1,
  shown: string,
): { readonly walk: HistoryWalk; readonly prompt: string } | undefined {
  // Whoever has changed a prompt of the history types anew from there.
  const isTyping = walk.at === -1 || history[walk.at] !== shown;
  const typed = isTyping ? shown : walk.typed;
  let at = (isTyping ? -1 : walk.at) + direction;
  if (history[at] === shown) at += direction;
  if (at === -1) return { walk: { at, typed }, prompt: typed };
  const prompt = history[at];
  return prompt === undefined ? undefined : { walk: { at, typed }, prompt };
}
