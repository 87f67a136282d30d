import { useCallback, useRef, useState } from 'react';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';

/** The picture that the Tab key reaches and keys act on. */
export interface ActivePicture {
  /** -1 in an empty list. */
  readonly index: number;
  readonly image: GalleryImage | undefined;
  /** Makes a picture the active one; the grid gives it the focus once it is drawn, if asked. */
  readonly set: (index: number, takesFocus: boolean) => void;
  /** For the grid: whether the active picture is to get the focus now. Asking ends it. */
  readonly takeFocusRequest: () => boolean;
}

/** Follows a picture by its id while others come and go; when it goes itself, its place stays active. */
export function useActivePicture(images: readonly GalleryImage[]): ActivePicture {
  const [active, setActive] = useState<{ readonly id: string | undefined; readonly index: number }>({
    id: undefined,
    index: 0,
  });
  const wantsFocus = useRef(false);
  const found = active.id === undefined ? -1 : images.findIndex((image) => image.id === active.id);
  const index = found === -1 ? Math.min(active.index, images.length - 1) : found;

  return {
    index,
    image: images[index],
    set: useCallback(
      (next: number, takesFocus: boolean) => {
        wantsFocus.current = takesFocus;
        setActive({ id: images[next]?.id, index: next });
      },
      [images],
    ),
    takeFocusRequest: useCallback(() => {
      const isWanted = wantsFocus.current;
      wantsFocus.current = false;
      return isWanted;
    }, []),
  };
}

/** Place of the picture that follows once some have left: the next one that stays, else the one before. */
export function indexOfHeir(
  images: readonly { readonly id: string }[],
  leaving: ReadonlySet<string>,
  index: number,
): number {
  const next = images.findIndex((image, at) => at >= index && !leaving.has(image.id));
  return next === -1 ? images.findLastIndex((image, at) => at < index && !leaving.has(image.id)) : next;
}
