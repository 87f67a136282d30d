import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import type { GalleryImage, GalleryPage } from '#shared/studio/gallery/schema.ts';
import type { SystemInfo } from '#shared/studio/system/schema.ts';
import {
  connectionsQuery,
  creationsQuery,
  queryKeys,
  settingsQuery,
  systemQuery,
  withCreation,
  workerQuery,
} from './queries.ts';

type GalleryData = InfiniteData<GalleryPage, string | null>;

function withoutImage(data: GalleryData, id: string): GalleryData {
  const isListed = data.pages.some((page) => page.images.some((image) => image.id === id));
  if (!isListed) return data;
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      total: Math.max(0, page.total - 1),
      images: page.images.filter((image) => image.id !== id),
    })),
  };
}

function withImage(data: GalleryData, image: GalleryImage): GalleryData {
  const [first, ...rest] = withoutImage(data, image.id).pages;
  if (first === undefined) return data;
  return {
    ...data,
    pages: [{ ...first, total: first.total + 1, images: [image, ...first.images] }, ...rest],
  };
}

function updateGallery(
  client: QueryClient,
  isBin: boolean,
  change: (data: GalleryData) => GalleryData,
): void {
  client.setQueryData<GalleryData>(queryKeys.gallery(isBin), (data) =>
    data === undefined ? data : change(data),
  );
}

/** A picture went to the bin, came back, or (`image` null) was erased. */
export function applyImageChange(client: QueryClient, id: string, image: GalleryImage | null): void {
  if (image === null) client.removeQueries({ queryKey: queryKeys.image(id) });
  else client.setQueryData(queryKeys.image(id), image);
  const isBinned = image !== null && image.binnedAt !== null;
  updateGallery(client, isBinned ? false : true, (data) => withoutImage(data, id));
  if (image === null) {
    updateGallery(client, false, (data) => withoutImage(data, id));
  } else if (isBinned) {
    updateGallery(client, true, (data) => withImage(data, image));
  } else {
    // Its place in the pages is by time and cursor: only core knows it.
    void client.invalidateQueries({ queryKey: queryKeys.gallery(false) });
  }
}

function withNotice(info: SystemInfo, notice: SystemInfo['notices'][number]): SystemInfo {
  const others = info.notices.filter((other) => other.code !== notice.code);
  return { ...info, notices: [...others, notice] };
}

/** Writes what an event tells into the query cache; lists that were never read stay unread. */
export function applyStudioEvent(client: QueryClient, event: StudioEvent): void {
  switch (event.type) {
    case 'creationChanged':
      client.setQueryData(creationsQuery.queryKey, (list) => list && withCreation(list, event.creation));
      break;
    case 'creationRemoved':
      client.setQueryData(
        creationsQuery.queryKey,
        (list) => list && { creations: list.creations.filter((creation) => creation.id !== event.id) },
      );
      break;
    case 'imageAdded':
      client.setQueryData(queryKeys.image(event.image.id), event.image);
      updateGallery(client, false, (data) => withImage(data, event.image));
      break;
    case 'imageChanged':
      applyImageChange(client, event.id, event.image);
      break;
    case 'workerChanged':
      client.setQueryData(workerQuery.queryKey, event.worker);
      break;
    case 'connectionChanged':
      client.setQueryData(
        connectionsQuery.queryKey,
        (list) =>
          list && {
            connections: list.connections.map((other) =>
              other.id === event.connection.id ? event.connection : other,
            ),
          },
      );
      break;
    case 'settingsChanged':
      client.setQueryData(settingsQuery.queryKey, event.settings);
      break;
    case 'noticeAdded':
      client.setQueryData(systemQuery.queryKey, (info) => info && withNotice(info, event.notice));
      break;
    case 'resync':
      void client.invalidateQueries();
      break;
    default:
      event satisfies never;
  }
}
