import type { CreationInput } from '#shared/studio/creations/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { toSide } from './sizes.ts';

/**
 * The settings of a picture as they can be asked for again. Its sides are brought to what a request may
 * have: it may have been enlarged.
 */
export function settingsOfImage(image: GalleryImage): Omit<CreationInput, 'count'> {
  const { prompt, negativePrompt, model, sampler, karras, steps, cfgScale, seed, width, height } = image;
  return {
    prompt,
    negativePrompt,
    model,
    sampler,
    karras,
    steps,
    cfgScale,
    width: toSide(width),
    height: toSide(height),
    ...(seed === '' ? {} : { seed }),
  };
}
