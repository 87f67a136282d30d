import { type Filter, type FilterSet, judge, matchesOf, type OnFilter } from '#shared/horde/filters/judge.ts';
import { checkPattern } from '#shared/horde/filters/pattern.ts';
import { builtInFilters, matureSubstitutions, negativeWords, taggedSubstitutions } from './baseline.ts';
import type { PlainFilter, Task, TaskResult } from './thread-protocol.ts';

export const builtInPlain: readonly PlainFilter[] = builtInFilters.map(
  ({ id, type, regex, replacement }) => ({
    id,
    type,
    pattern: regex,
    replacement,
  }),
);

/**
 * Compiles filters.
 * @throws RangeError for a pattern that `checkPattern` refuses: none such is ever stored
 */
export function compileFilters(filters: readonly PlainFilter[]): Filter[] {
  return filters.map(({ id, type, pattern, replacement }) => {
    const checked = checkPattern(pattern);
    if (!checked.ok) throw new RangeError(`filter ${id}: ${checked.problem.message}`);
    return { id, type, regex: checked.regex, replacement };
  });
}

const substitutions = { none: [], mature: matureSubstitutions, tagged: taggedSubstitutions };

/** Does a task with compiled filters: the same in core, for short prompts, and in the thread. */
export function perform(task: Task, filters: readonly Filter[], onFilter?: OnFilter): TaskResult {
  switch (task.type) {
    case 'judge':
      return {
        type: 'judge',
        verdict: judge(task.question, setOf(filters, task.substitutions), onFilter),
      };
    case 'matches':
      return { type: 'matches', matches: matchesOf(task.prompt, setOf(filters, 'none'), onFilter) };
    default: {
      const checked = checkPattern(task.pattern);
      if (!checked.ok) throw new RangeError(checked.problem.message);
      for (const text of task.texts) checked.regex.exec(text);
      return { type: 'probe' };
    }
  }
}

function setOf(filters: readonly Filter[], kind: keyof typeof substitutions): FilterSet {
  return { filters, matureSubstitutions: substitutions[kind], negative: negativeWords };
}
