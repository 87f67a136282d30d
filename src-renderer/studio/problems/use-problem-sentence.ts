import { useTranslation } from 'react-i18next';
import { isUnreachable } from '#ui/api/client.ts';
import { describeProblem } from './problem-table.ts';
import { toProblem } from './to-problem.ts';

/**
 * Says what a refused action means and what to do, as one text for a toast or a line. Nothing tries an
 * action again by itself, as it does with what is only read.
 */
export function useProblemSentence(): (error: unknown) => string {
  const { t } = useTranslation('problems');
  return (error) => {
    if (isUnreachable(error)) return t('unreachable.byHand');
    const { what, how } = describeProblem(t, toProblem(error));
    return how === undefined ? what : `${what} ${how}`;
  };
}
