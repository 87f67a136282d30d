import { useTranslation } from 'react-i18next';
import type { Creation } from '#shared/studio/creations/schema.ts';

/** A state has other words where more is known: the place in the line, what a cancelled request left. */
function stateKey({ state, progress, imageIds }: Creation): string {
  if (state === 'waiting' && progress.queuePosition > 0) return 'waitingAt';
  if (state === 'cancelled' && imageIds.length > 0) return 'cancelledWith';
  return state;
}

/** The words for what a creation does now, for example "Making 2 of 4 · step 5 of 12" (`ux.md` 2.2). */
export function useStateWords(): (creation: Creation) => string {
  const { t } = useTranslation('creations');
  return (creation) => {
    const { input, progress, state, imageIds } = creation;
    const parts = [
      t(`state.${stateKey(creation)}`, {
        count: input.count,
        current: Math.min(progress.finished + 1, input.count),
        saved: imageIds.length,
        missing: Math.max(0, input.count - imageIds.length),
        position: progress.queuePosition,
      }),
    ];
    if (state === 'working' && progress.step !== null && progress.steps !== null) {
      parts.push(t('step', { step: progress.step, steps: progress.steps }));
    }
    if (state === 'working' && progress.restarted > 0) parts.push(t('restarted'));
    return parts.join(' · ');
  };
}
