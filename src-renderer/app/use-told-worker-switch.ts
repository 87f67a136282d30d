import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { workerQuery } from '#ui/api/queries.ts';
import { useWorkerSwitch } from '#ui/api/worker.ts';
import { showToast } from '#ui/ui/toast.tsx';
import { useProblemSentence } from './use-problem-sentence.ts';

/** The worker's pause where there is no place for a refusal but a toast. */
export function useToldWorkerSwitch() {
  const { t } = useTranslation('shell', { keyPrefix: 'worker' });
  const sentenceOf = useProblemSentence();
  const { data } = useQuery(workerQuery);
  const isOff = data?.state === 'paused' || data?.state === 'off';
  return useWorkerSwitch((error) => {
    showToast(t(isOff ? 'failedResume' : 'failedPause', { reason: sentenceOf(error) }), 'failed');
  });
}
