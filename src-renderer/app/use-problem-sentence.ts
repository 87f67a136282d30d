import { useTranslation } from 'react-i18next';
import { isUnreachable } from '#ui/api/client.ts';
import { describeProblem, toProblem } from '#ui/studio/problems/index.ts';

/** Says what a refused action means and what to do, as text for a toast. Nobody tries it again by itself. */
export function useProblemSentence(): (error: unknown) => string {
  const { t } = useTranslation('problems');
  const { t: words } = useTranslation('shell');
  return (error) => {
    if (isUnreachable(error)) return words('unreachable');
    const { what, how } = describeProblem((key, values) => t(key, values ?? {}), toProblem(error));
    return how === undefined ? what : `${what} ${how}`;
  };
}
