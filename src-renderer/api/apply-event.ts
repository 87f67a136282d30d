import { hashKey, type Query, type QueryClient, type QueryKey } from '@tanstack/react-query';
import type { Connection, ConnectionList } from '#shared/studio/connections/schema.ts';
import type { Creation, CreationList } from '#shared/studio/creations/schema.ts';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import type { SystemInfo, SystemNotice } from '#shared/studio/system/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { withCreation, withoutCreation } from './creations-cache.ts';
import { findListedImage, placeImages } from './gallery-cache.ts';
import { queryKeys } from './queries.ts';

/**
 * Changes what is cached under a key, if it was read. An answer that is still under way may be older
 * than the event and would overwrite it: it is asked for again.
 */
function patch<T>(client: QueryClient, queryKey: QueryKey, change: (data: T) => T): void {
  client.setQueryData<T>(queryKey, (data) => (data === undefined ? undefined : change(data)));
  askAgainIfUnderWay(client, queryKey);
}

/** Puts a whole new value under a key. */
function put<T>(client: QueryClient, queryKey: QueryKey, value: T): void {
  client.setQueryData<T>(queryKey, () => value);
  askAgainIfUnderWay(client, queryKey);
}

function askAgainIfUnderWay(client: QueryClient, queryKey: QueryKey): void {
  if (client.getQueryState(queryKey)?.fetchStatus === 'fetching') {
    void readAgain(client, (query) => query.queryHash === hashKey(queryKey));
  }
}

/**
 * Reads anew what is shown, the rest when it is wanted. Invalidation alone waits for a first answer that
 * is under way and takes it for new, so such a one is given up before.
 */
async function readAgain(client: QueryClient, predicate: (query: Query) => boolean): Promise<void> {
  await client.cancelQueries({
    predicate: (query) => query.state.data === undefined && predicate(query),
  });
  await client.invalidateQueries({ predicate });
}

/** A picture came, went to the bin, came back, or (`image` null) was erased. */
export function applyImageChange(client: QueryClient, id: string, image: GalleryImage | null): void {
  // What this page did itself is in place already; counted twice, the total would be wrong.
  const isPlaced =
    image !== null &&
    hashKey([client.getQueryData(queryKeys.image(id))]) === hashKey([image]) &&
    findListedImage(client, id) === undefined;
  if (!isPlaced) placeImages(client, image === null ? [] : [image], image === null ? [id] : []);
  for (const key of [queryKeys.image(id), queryKeys.gallery(false), queryKeys.gallery(true)]) {
    askAgainIfUnderWay(client, key);
  }
}

function withNotice(info: SystemInfo, notice: SystemNotice): SystemInfo {
  const text = JSON.stringify(notice);
  const isKnown = info.notices.some((other) => JSON.stringify(other) === text);
  return isKnown ? info : { ...info, notices: [...info.notices, notice] };
}

const withConnection = (list: ConnectionList, connection: Connection): ConnectionList => ({
  connections: list.connections.map((other) => (other.id === connection.id ? connection : other)),
});

/** Kudos were booked: balances have no event of their own. */
function readBalancesAgain(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: queryKeys.connections });
}

function applyCreation(client: QueryClient, creation: Creation): void {
  const known = client
    .getQueryData<CreationList>(queryKeys.creations)
    ?.creations.find((other) => other.id === creation.id);
  patch<CreationList>(client, queryKeys.creations, (list) => withCreation(list, creation));
  if (known !== undefined && known.kudos.used !== creation.kudos.used) readBalancesAgain(client);
}

function applyWorker(client: QueryClient, worker: WorkerStatus): void {
  const known = client.getQueryData<WorkerStatus>(queryKeys.worker);
  put(client, queryKeys.worker, worker);
  if (known !== undefined && known.kudosEarned !== worker.kudosEarned) readBalancesAgain(client);
}

/**
 * Reads everything anew but the draft, which this page writes itself: an older one must not come over
 * what is being typed.
 */
export function readEverythingAgain(client: QueryClient): void {
  void readAgain(client, (query) => query.queryKey[0] !== queryKeys.draft[0]);
}

/** Writes what an event tells into the query cache; lists that were never read stay unread. */
export function applyStudioEvent(client: QueryClient, event: StudioEvent): void {
  switch (event.type) {
    case 'creationChanged':
      applyCreation(client, event.creation);
      break;
    case 'creationRemoved':
      patch<CreationList>(client, queryKeys.creations, (list) => withoutCreation(list, event.id));
      break;
    case 'imageAdded':
      applyImageChange(client, event.image.id, event.image);
      break;
    case 'imageChanged':
      applyImageChange(client, event.id, event.image);
      break;
    case 'workerChanged':
      applyWorker(client, event.worker);
      break;
    case 'connectionChanged':
      patch<ConnectionList>(client, queryKeys.connections, (list) => withConnection(list, event.connection));
      break;
    case 'settingsChanged':
      put(client, queryKeys.settings, event.settings);
      break;
    case 'noticeAdded':
      patch<SystemInfo>(client, queryKeys.system, (info) => withNotice(info, event.notice));
      break;
    case 'resync':
      readEverythingAgain(client);
      break;
    default:
      event satisfies never;
  }
}
