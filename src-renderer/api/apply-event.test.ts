// @vitest-environment node
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GalleryPage } from '#shared/studio/gallery/schema.ts';
import { defaultSettings } from '#shared/studio/settings/schema.ts';
import { connectionOf, creationOf, imageOf, systemOf, workerOf } from '#ui/testing/values.ts';
import { placeImages } from './gallery-cache.ts';
import { applyStudioEvent } from './apply-event.ts';
import { queryKeys } from './queries.ts';
import { createQueryClient } from './query-client.ts';

let client: QueryClient;

beforeEach(() => {
  client = createQueryClient();
});

const galleryOf = (...pages: string[][]): InfiniteData<GalleryPage, string | null> => ({
  pages: pages.map((ids) => ({
    images: ids.map((id) => imageOf({ id })),
    nextCursor: null,
    total: pages.flat().length,
  })),
  pageParams: pages.map(() => null),
});
const gallery = (isBin = false) => client.getQueryData<InfiniteData<GalleryPage>>(queryKeys.gallery(isBin));
const idsIn = (isBin = false) => gallery(isBin)?.pages.map((page) => page.images.map((image) => image.id));
const totalsIn = (isBin = false) => gallery(isBin)?.pages.map((page) => page.total);
const isStale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;

describe('applyStudioEvent', () => {
  it('leaves lists that were never read unread', () => {
    applyStudioEvent(client, { type: 'creationChanged', creation: creationOf() });
    applyStudioEvent(client, { type: 'imageAdded', image: imageOf() });
    applyStudioEvent(client, { type: 'noticeAdded', notice: { code: 'disk_full', details: {} } });
    expect(client.getQueryData(queryKeys.creations)).toBeUndefined();
    expect(gallery()).toBeUndefined();
    expect(client.getQueryData(queryKeys.system)).toBeUndefined();
  });

  it('replaces a creation where it is, puts a new one first, and takes a removed one out', () => {
    client.setQueryData(queryKeys.creations, {
      creations: [creationOf({ id: 'b' }), creationOf({ id: 'a' })],
    });
    applyStudioEvent(client, { type: 'creationChanged', creation: creationOf({ id: 'a', state: 'done' }) });
    applyStudioEvent(client, { type: 'creationChanged', creation: creationOf({ id: 'c' }) });
    applyStudioEvent(client, { type: 'creationRemoved', id: 'b' });
    expect(client.getQueryData(queryKeys.creations)).toMatchObject({
      creations: [{ id: 'c' }, { id: 'a', state: 'done' }],
    });
  });

  it('puts a new picture first, once, and counts it', () => {
    client.setQueryData(queryKeys.gallery(false), galleryOf(['b'], ['a']));
    applyStudioEvent(client, { type: 'imageAdded', image: imageOf({ id: 'c' }) });
    applyStudioEvent(client, { type: 'imageAdded', image: imageOf({ id: 'c' }) });
    expect(idsIn()).toEqual([['c', 'b'], ['a']]);
    expect(totalsIn()?.[0]).toBe(3);
    expect(client.getQueryData(queryKeys.image('c'))).toEqual(imageOf({ id: 'c' }));
  });

  it('moves a picture to the bin', () => {
    client.setQueryData(queryKeys.gallery(false), galleryOf(['b', 'a']));
    client.setQueryData(queryKeys.gallery(true), galleryOf([]));
    applyStudioEvent(client, { type: 'imageChanged', id: 'b', image: imageOf({ id: 'b', binnedAt: 5 }) });
    expect([idsIn(), idsIn(true)]).toEqual([[['a']], [['b']]]);
    expect([totalsIn(), totalsIn(true)]).toEqual([[1], [1]]);
  });

  it('brings a picture back to its place by time, without asking', () => {
    client.setQueryData(queryKeys.gallery(false), galleryOf(['c'], ['a']));
    client.setQueryData(queryKeys.gallery(true), galleryOf(['b']));
    applyStudioEvent(client, { type: 'imageChanged', id: 'b', image: imageOf({ id: 'b' }) });
    expect([idsIn(), idsIn(true)]).toEqual([[['c'], ['b', 'a']], [[]]]);
    expect(isStale(queryKeys.gallery(false))).toBe(false);
  });

  it('counts a picture once that this page has placed behind what was read', () => {
    const first = galleryOf(['c']);
    client.setQueryData(queryKeys.gallery(false), {
      ...first,
      pages: first.pages.map((page) => ({ ...page, nextCursor: 'more', total: 5 })),
    });
    const image = imageOf({ id: 'b' });
    placeImages(client, [image]);
    applyStudioEvent(client, { type: 'imageChanged', id: 'b', image });
    expect([idsIn(), totalsIn()]).toEqual([[['c']], [6]]);
  });

  it('forgets an erased picture everywhere', () => {
    client.setQueryData(queryKeys.gallery(false), galleryOf(['a']));
    client.setQueryData(queryKeys.gallery(true), galleryOf(['b']));
    client.setQueryData(queryKeys.image('b'), imageOf({ id: 'b' }));
    applyStudioEvent(client, { type: 'imageChanged', id: 'b', image: null });
    expect([idsIn(), idsIn(true)]).toEqual([[['a']], [[]]]);
    expect(client.getQueryData(queryKeys.image('b'))).toBeUndefined();
  });

  it('takes over settings, worker and connections', () => {
    client.setQueryData(queryKeys.connections, { connections: [connectionOf()] });
    const offline = connectionOf({ state: 'offline' });
    const settings = { ...defaultSettings, theme: 'dark' } as const;
    applyStudioEvent(client, { type: 'connectionChanged', connection: offline });
    applyStudioEvent(client, { type: 'settingsChanged', settings });
    applyStudioEvent(client, { type: 'workerChanged', worker: workerOf({ state: 'paused' }) });
    expect(client.getQueryData(queryKeys.connections)).toEqual({ connections: [offline] });
    expect(client.getQueryData(queryKeys.settings)).toEqual(settings);
    expect(client.getQueryData(queryKeys.worker)).toEqual(workerOf({ state: 'paused' }));
  });

  it.each([
    ['a creation', { type: 'creationChanged', creation: creationOf({ kudos: { expected: 8, used: 2 } }) }],
    ['the worker', { type: 'workerChanged', worker: workerOf({ kudosEarned: 3 }) }],
  ] as const)('asks for the balance again when kudos of %s moved', (_who, event) => {
    client.setQueryData(queryKeys.connections, { connections: [connectionOf()] });
    client.setQueryData(queryKeys.creations, { creations: [creationOf()] });
    client.setQueryData(queryKeys.worker, workerOf());
    applyStudioEvent(client, { type: 'workerChanged', worker: workerOf({ state: 'working' }) });
    applyStudioEvent(client, { type: 'creationChanged', creation: creationOf({ state: 'saving' }) });
    expect(isStale(queryKeys.connections)).toBe(false);
    applyStudioEvent(client, event);
    expect(isStale(queryKeys.connections)).toBe(true);
  });

  it('keeps notices of one kind that differ, and each only once', () => {
    client.setQueryData(queryKeys.system, systemOf());
    for (const model of ['a', 'b', 'a']) {
      applyStudioEvent(client, {
        type: 'noticeAdded',
        notice: { code: 'model_damaged', details: { model } },
      });
    }
    expect(client.getQueryData(queryKeys.system)).toMatchObject({
      notices: [{ details: { model: 'a' } }, { details: { model: 'b' } }],
    });
  });
});
