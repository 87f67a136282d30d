import { formatBytes, formatKudos, formatMoment } from '#ui/ui/format.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { samplerName } from './settings-text.ts';

type FactName =
  | 'prompt'
  | 'negativePrompt'
  | 'seed'
  | 'model'
  | 'size'
  | 'steps'
  | 'cfgScale'
  | 'sampler'
  | 'madeAt'
  | 'horde'
  | 'worker'
  | 'kudos'
  | 'file'
  | 'binnedAt';

/** One setting or fact of a picture: its word is `fact.<name>`. */
export interface ImageFact {
  readonly name: FactName;
  /** As it is read. */
  readonly text: string;
  /** As it is copied, where that differs. */
  readonly copy?: string;
  /** Long free text, shown whole under its name. */
  readonly isLong?: boolean;
}

/** Everything known about a picture, in the order of reading; what is empty is left out. */
export function imageFacts(image: GalleryImage, language: string): readonly ImageFact[] {
  const facts: readonly ImageFact[] = [
    { name: 'prompt', text: image.prompt, isLong: true },
    { name: 'negativePrompt', text: image.negativePrompt, isLong: true },
    { name: 'seed', text: image.seed },
    { name: 'model', text: image.model },
    { name: 'size', text: `${image.width} × ${image.height}`, copy: `${image.width}x${image.height}` },
    { name: 'steps', text: String(image.steps) },
    { name: 'cfgScale', text: String(image.cfgScale) },
    {
      name: 'sampler',
      text: `${samplerName(image.sampler)}${image.karras ? ' · Karras' : ''}`,
      copy: image.sampler,
    },
    { name: 'madeAt', text: formatMoment(image.createdAt, language) },
    { name: 'horde', text: image.hordeName },
    { name: 'worker', text: image.workerName },
    { name: 'kudos', text: formatKudos(image.kudos, language), copy: String(image.kudos) },
    {
      name: 'file',
      text: `${image.fileName} · ${formatBytes(image.sizeBytes, language)}`,
      copy: image.fileName,
    },
    { name: 'binnedAt', text: image.binnedAt === null ? '' : formatMoment(image.binnedAt, language) },
  ];
  return facts.filter((fact) => fact.text !== '');
}
