import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { GalleryImage, GalleryPage } from '#shared/studio/gallery/schema.ts';
import { queryKeys } from './queries.ts';

/** The pages of the gallery, or of the bin, that were read so far. */
export type GalleryData = InfiniteData<GalleryPage, string | null>;

/** Whether `a` stands before `b` in core's order: newest first, then by id. */
const isBefore = (a: GalleryImage, b: GalleryImage): boolean =>
  a.createdAt === b.createdAt ? a.id > b.id : a.createdAt > b.createdAt;

/** The pages without some pictures; the same object where none of them is listed. */
export function withoutImages(data: GalleryData, ids: ReadonlySet<string>): GalleryData {
  let gone = 0;
  const pages = data.pages.map((page) => {
    const images = page.images.filter((image) => !ids.has(image.id));
    gone += page.images.length - images.length;
    return images.length === page.images.length ? page : { ...page, images };
  });
  if (gone === 0) return data;
  return { ...data, pages: pages.map((page) => ({ ...page, total: Math.max(0, page.total - gone) })) };
}

/**
 * The pages with a picture at its place. One that belongs behind what was read only counts: it comes
 * with its page.
 */
export function withImageInOrder(data: GalleryData, image: GalleryImage): GalleryData {
  const rest = withoutImages(data, new Set([image.id]));
  const pages = rest.pages.map((page) => ({ ...page, total: page.total + 1 }));
  const isEnd = pages.at(-1)?.nextCursor === null;
  const target = pages.findIndex((page, at) => {
    const last = page.images.at(-1);
    return (last !== undefined && isBefore(image, last)) || (isEnd && at === pages.length - 1);
  });
  const page = pages[target];
  if (page === undefined) return { ...rest, pages };
  const at = page.images.findIndex((other) => isBefore(image, other));
  const images = page.images.toSpliced(at === -1 ? page.images.length : at, 0, image);
  return { ...rest, pages: pages.with(target, { ...page, images }) };
}

function change(client: QueryClient, isBin: boolean, how: (data: GalleryData) => GalleryData): void {
  client.setQueryData<GalleryData>(queryKeys.gallery(isBin), (data) =>
    data === undefined ? undefined : how(data),
  );
}

/**
 * Shows pictures where they now belong, gallery or bin, before core says so itself. Pictures that
 * were erased are given by their id alone.
 */
export function placeImages(
  client: QueryClient,
  images: readonly GalleryImage[],
  erasedIds: readonly string[] = [],
): void {
  for (const image of images) client.setQueryData(queryKeys.image(image.id), image);
  for (const id of erasedIds) client.removeQueries({ queryKey: queryKeys.image(id) });
  for (const isBin of [false, true]) {
    const here = images.filter((image) => (image.binnedAt !== null) === isBin);
    const away = images.filter((image) => (image.binnedAt !== null) !== isBin);
    const ids = new Set([...erasedIds, ...away.map((image) => image.id)]);
    change(client, isBin, (data) => here.reduce(withImageInOrder, withoutImages(data, ids)));
  }
}

/** A picture as one of the lists that were read has it. */
export function findListedImage(client: QueryClient, id: string): GalleryImage | undefined {
  for (const isBin of [false, true]) {
    const data = client.getQueryData<GalleryData>(queryKeys.gallery(isBin));
    for (const page of data?.pages ?? []) {
      const found = page.images.find((image) => image.id === id);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
