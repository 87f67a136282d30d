import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ConnectionList } from '#shared/studio/connections/schema.ts';
import type { CreationEstimate, CreationInput, CreationList } from '#shared/studio/creations/schema.ts';
import type { StoredDraft } from '#shared/studio/drafts/schema.ts';
import type { GalleryImage, GalleryPage } from '#shared/studio/gallery/schema.ts';
import type { StudioModelList } from '#shared/studio/models/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import type { Settings } from '#shared/studio/settings/schema.ts';
import type { SystemInfo } from '#shared/studio/system/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { callApp } from './client.ts';

/** Pictures asked for at a time. */
export const galleryPageSize = 60;

/** Keys of the query cache, one per resource of the contract. */
export const queryKeys = {
  system: ['system'],
  settings: ['settings'],
  connections: ['connections'],
  models: ['models'],
  draft: ['draft'],
  creations: ['creations'],
  estimate: (input: CreationInput | undefined) => ['estimate', input],
  gallery: (isBin: boolean) => ['gallery', isBin ? 'bin' : 'all'],
  image: (id: string) => ['image', id],
  worker: ['worker'],
} as const;

export const systemQuery = queryOptions({
  queryKey: queryKeys.system,
  queryFn: ({ signal }) => callApp<SystemInfo>('GET', appRoutes.system, { signal }),
});

export const settingsQuery = queryOptions({
  queryKey: queryKeys.settings,
  queryFn: ({ signal }) => callApp<Settings>('GET', appRoutes.settings, { signal }),
});

/** Hordes and balances. Other users move kudos without an event here, so they are looked at now and then. */
export const connectionsQuery = queryOptions({
  queryKey: queryKeys.connections,
  queryFn: ({ signal }) => callApp<ConnectionList>('GET', appRoutes.connections, { signal }),
  refetchInterval: 30_000,
});

/** Models of the horde. Workers come and go without an event, so the list is read again while it is shown. */
export const modelsQuery = queryOptions({
  queryKey: queryKeys.models,
  queryFn: ({ signal }) => callApp<StudioModelList>('GET', appRoutes.models, { signal }),
  refetchInterval: 15_000,
});

export const draftQuery = queryOptions({
  queryKey: queryKeys.draft,
  queryFn: ({ signal }) => callApp<StoredDraft>('GET', appRoutes.createDraft, { signal }),
  staleTime: Infinity,
});

export const creationsQuery = queryOptions({
  queryKey: queryKeys.creations,
  queryFn: ({ signal }) => callApp<CreationList>('GET', appRoutes.creations, { signal }),
});

/** Price of an input by a dry run; `undefined` asks nothing. */
export const estimateQuery = (input: CreationInput | undefined) =>
  queryOptions({
    queryKey: queryKeys.estimate(input),
    queryFn: ({ signal }) => callApp<CreationEstimate>('POST', appRoutes.estimate, { body: input, signal }),
    enabled: input !== undefined,
    staleTime: 30_000,
    retry: false,
    placeholderData: keepPreviousData,
  });

export const galleryQuery = (isBin: boolean) =>
  infiniteQueryOptions({
    queryKey: queryKeys.gallery(isBin),
    queryFn: ({ pageParam, signal }) => {
      const search = new URLSearchParams({ limit: String(galleryPageSize) });
      if (isBin) search.set('bin', 'true');
      if (pageParam !== null) search.set('cursor', pageParam);
      return callApp<GalleryPage>('GET', `${appRoutes.gallery}?${search.toString()}`, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const imageQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.image(id),
    queryFn: ({ signal }) => callApp<GalleryImage>('GET', appRoutes.galleryImage(id), { signal }),
  });

export const workerQuery = queryOptions({
  queryKey: queryKeys.worker,
  queryFn: ({ signal }) => callApp<WorkerStatus>('GET', appRoutes.worker, { signal }),
});
