import type { CreationInput } from '#shared/studio/creations/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { toSide } from './sizes.ts';

/** The request for one more picture like this, with a new seed. */
export function inputOfImage(image: GalleryImage): CreationInput {
  const { prompt, negativePrompt, model, sampler, karras, steps, cfgScale } = image;
  return {
    prompt,
    negativePrompt,
    model,
    sampler,
    karras,
    steps,
    cfgScale,
    width: toSide(image.width),
    height: toSide(image.height),
    count: 1,
  };
}
