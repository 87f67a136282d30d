import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';

/** Opens the viewer, from any screen. */
export interface ViewerControl {
  /** Shows a picture over the screen. It stands in the URL: a reload keeps it, *Back* closes it. */
  readonly open: (imageId: string) => void;
}

/** Opens pictures in the viewer that the layout mounts. */
export function useViewer(): ViewerControl {
  const navigate = useNavigate();
  return useMemo(
    () => ({
      open: (image) =>
        void navigate({ to: '.', search: (before) => ({ ...before, image }), resetScroll: false }),
    }),
    [navigate],
  );
}

/** Changes what the open viewer shows, without a step in the history for each picture; `undefined` closes it. */
export function useShowImage(): (imageId: string | undefined) => void {
  const navigate = useNavigate();
  return useMemo(
    () => (image: string | undefined) =>
      void navigate({
        to: '.',
        search: (before) => {
          const after = { ...before };
          if (image === undefined) delete after.image;
          else after.image = image;
          return after;
        },
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
}

/** Id of the picture in the viewer, `undefined` while it is closed. */
export function useViewedImageId(): string | undefined {
  const { image }: { readonly image?: unknown } = useSearch({ strict: false });
  return typeof image === 'string' && image !== '' ? image : undefined;
}
