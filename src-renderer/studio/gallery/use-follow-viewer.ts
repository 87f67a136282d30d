import { useEffect, useEffectEvent } from 'react';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import type { ActivePicture } from './use-active-picture.ts';

/** Keeps the picture that the viewer shows active and in view, so that closing it ends there. */
export function useFollowViewer(
  viewedId: string | undefined,
  images: readonly GalleryImage[],
  active: ActivePicture,
  reveal: (index: number) => void,
): void {
  const follow = useEffectEvent((id: string) => {
    const index = images.findIndex((image) => image.id === id);
    if (index === -1 || index === active.index) return;
    reveal(index);
    active.set(index, false);
  });
  useEffect(() => {
    if (viewedId !== undefined) follow(viewedId);
  }, [viewedId, images]);
}
