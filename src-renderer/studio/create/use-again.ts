import { useSendCreation } from '#ui/studio/creations/index.ts';
import { useProblemSentence } from '#ui/studio/problems/index.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { showToast } from '#ui/ui/toast.tsx';
import { settingsOfImage } from './image-settings.ts';

/** Asks for one more picture like another, with a new seed. A refusal is told in a toast. */
export function useAgain(): (image: GalleryImage) => void {
  const sentenceOf = useProblemSentence();
  const { mutate } = useSendCreation();
  return (image) => {
    const { seed: _seed, ...settings } = settingsOfImage(image);
    mutate({ ...settings, count: 1 }, { onError: (error) => showToast(sentenceOf(error), 'failed') });
  };
}
