import type { CreationInput } from '#shared/studio/creations/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';

const isAskable = (side: number): boolean => side >= 64 && side <= 3072 && side % 64 === 0;

/**
 * What of a picture's settings can be asked for again. A picture of a size that no request may have,
 * since it was made larger afterwards, keeps its size to itself.
 */
export function settingsOfImage(image: GalleryImage): Partial<CreationInput> {
  const { prompt, negativePrompt, model, sampler, karras, steps, cfgScale, seed, width, height } = image;
  return {
    prompt,
    negativePrompt,
    model,
    sampler,
    karras,
    steps,
    cfgScale,
    ...(seed === '' ? {} : { seed }),
    ...(isAskable(width) && isAskable(height) ? { width, height } : {}),
  };
}
