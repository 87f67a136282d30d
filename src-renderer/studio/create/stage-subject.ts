import { isRunning } from '#ui/studio/creations/index.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';

/** What was chosen in the strip. */
export interface Selection {
  readonly kind: 'image' | 'creation';
  readonly id: string;
}

/** What the stage shows. */
export type StageSubject =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'creation'; readonly creation: Creation }
  | { readonly kind: 'image'; readonly image: GalleryImage };

const isBeingMade = ({ state }: Creation): boolean =>
  state === 'working' || state === 'slow' || state === 'saving';

/**
 * The picture or request on the stage: what was chosen as long as it is there, else the request that is
 * being made, else the last thing that happened. Both lists are newest first.
 */
export function stageSubject(
  creations: readonly Creation[],
  images: readonly GalleryImage[],
  selection: Selection | undefined,
): StageSubject {
  return chosen(creations, images, selection) ?? latest(creations, images);
}

function chosen(
  creations: readonly Creation[],
  images: readonly GalleryImage[],
  selection: Selection | undefined,
): StageSubject | undefined {
  if (selection?.kind === 'image') {
    const image = images.find((other) => other.id === selection.id);
    return image && { kind: 'image', image };
  }
  // A request that has ended makes room for its pictures.
  const creation = creations.find((other) => other.id === selection?.id && isRunning(other));
  return creation && { kind: 'creation', creation };
}

function latest(creations: readonly Creation[], images: readonly GalleryImage[]): StageSubject {
  const running = creations.filter(isRunning);
  const made = running.find(isBeingMade) ?? running[0];
  if (made !== undefined) return { kind: 'creation', creation: made };
  const image = images[0];
  const fruitless = creations.find(
    (creation) => creation.imageIds.length === 0 && creation.state !== 'cancelled',
  );
  if (fruitless !== undefined && fruitless.createdAt > (image?.createdAt ?? 0)) {
    return { kind: 'creation', creation: fruitless };
  }
  return image === undefined ? { kind: 'nothing' } : { kind: 'image', image };
}
