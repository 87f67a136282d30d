import { Suspense, lazy } from 'react';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { useShowImage, useViewedImageId } from './use-viewer.ts';

/** The dialog is no part of the first download. */
const ViewerDialog = lazy(async () => ({ default: (await import('./ViewerDialog.tsx')).ViewerDialog }));

interface ViewerProps {
  /** Takes a picture's settings over into the draft; the viewer has closed by then. */
  readonly onUseSettings: (image: GalleryImage) => void;
}

/** One picture, big, over any screen, while the URL names it. The layout mounts it once. */
export function Viewer({ onUseSettings }: ViewerProps) {
  const imageId = useViewedImageId();
  const show = useShowImage();
  if (imageId === undefined) return null;
  return (
    <Suspense fallback={null}>
      <ViewerDialog imageId={imageId} onShow={show} onUseSettings={onUseSettings} />
    </Suspense>
  );
}
