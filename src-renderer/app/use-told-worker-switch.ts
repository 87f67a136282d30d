import { useTranslation } from 'react-i18next';
import { useWorkerSwitch } from '#ui/api/worker.ts';
import { useProblemSentence } from '#ui/studio/problems/index.ts';
import { showToast } from '#ui/ui/toast.tsx';

/** The worker's pause where there is no place for a refusal but a toast. */
export function useToldWorkerSwitch() {
  const { t } = useTranslation('shell', { keyPrefix: 'worker' });
  const sentenceOf = useProblemSentence();
  return useWorkerSwitch((error, starts) => {
    showToast(t(starts ? 'failedResume' : 'failedPause', { reason: sentenceOf(error) }), 'failed');
  });
}
