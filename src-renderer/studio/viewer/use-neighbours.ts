import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { galleryQuery } from '#ui/api/queries.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';

/** Pages read to find a picture that was opened from elsewhere; an older one has no neighbours. */
const mostPagesToFind = 20;

/** Where a picture stands in its list. */
export interface Neighbours {
  readonly previous: GalleryImage | undefined;
  readonly next: GalleryImage | undefined;
  /** Place from 1, once it is known, and how many there are. */
  readonly position: number | undefined;
  readonly total: number;
}

/**
 * The pictures before and after one, in the order of the gallery or, for a binned one, of the bin.
 * Reads on when the picture is near the end of what was read.
 */
export function useNeighbours(image: GalleryImage | undefined): Neighbours {
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = useInfiniteQuery({
    ...galleryQuery(image !== undefined && image.binnedAt !== null),
    enabled: image !== undefined,
    staleTime: Infinity,
  });
  const images = useMemo(() => data?.pages.flatMap((page) => page.images) ?? [], [data]);
  const at = image === undefined ? -1 : images.findIndex((other) => other.id === image.id);
  const isWanting = at === -1 ? (data?.pages.length ?? 0) < mostPagesToFind : at >= images.length - 2;
  useEffect(() => {
    if (image !== undefined && isWanting && hasNextPage && !isFetching && !isError) void fetchNextPage();
    // A page that came at once leaves everything but the data as it was.
  }, [image, data, isWanting, hasNextPage, isFetching, isError, fetchNextPage]);
  return {
    previous: at === -1 ? undefined : images[at - 1],
    next: at === -1 ? undefined : images[at + 1],
    position: at === -1 ? undefined : at + 1,
    total: data?.pages[0]?.total ?? 0,
  };
}
