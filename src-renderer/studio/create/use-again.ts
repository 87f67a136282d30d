import { useTranslation } from 'react-i18next';
import { useSendCreation } from '#ui/studio/creations/index.ts';
import { describeProblem, toProblem } from '#ui/studio/problems/index.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { showToast } from '#ui/ui/toast.tsx';
import { inputOfImage } from './image-input.ts';

/** Asks for one more picture like another, with a new seed. A refusal is told in a toast. */
export function useAgain(): (image: GalleryImage) => void {
  const { t } = useTranslation('problems');
  const { mutate } = useSendCreation();
  return (image) => {
    mutate(inputOfImage(image), {
      onError: (error) => showToast(describeProblem(t, toProblem(error)).what, 'failed'),
    });
  };
}
