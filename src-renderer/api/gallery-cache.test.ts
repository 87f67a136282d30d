import { QueryClient } from '@tanstack/react-query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { imageOf } from '#ui/testing/values.ts';
import {
  findListedImage,
  type GalleryData,
  placeImages,
  withImageInOrder,
  withoutImages,
} from './gallery-cache.ts';
import { queryKeys } from './queries.ts';

const picture = (createdAt: number, id = `p${createdAt}`): GalleryImage => imageOf({ id, createdAt });

function dataOf(pages: readonly (readonly GalleryImage[])[], isEnd: boolean, total = 100): GalleryData {
  return {
    pages: pages.map((images, at) => ({
      images: [...images],
      nextCursor: isEnd && at === pages.length - 1 ? null : `cursor ${at}`,
      total,
    })),
    pageParams: pages.map((_, at) => (at === 0 ? null : `cursor ${at - 1}`)),
  };
}

const idsOf = (data: GalleryData | undefined): string[] =>
  data?.pages.flatMap((page) => page.images.map((image) => image.id)) ?? [];

describe('withImageInOrder', () => {
  it('puts a picture back where it was, newest first and then by id', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 })), {
          minLength: 2,
          maxLength: 30,
          selector: ([time, id]) => `${time} ${id}`,
        }),
        fc.nat(),
        fc.integer({ min: 1, max: 7 }),
        (places, pick, size) => {
          const images = places
            .map(([time, id]) => picture(time, `${time}-${id}`))
            .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
          const pages = Array.from({ length: Math.ceil(images.length / size) }, (_, at) =>
            images.slice(at * size, (at + 1) * size),
          );
          const whole = dataOf(pages, true, images.length);
          const taken = images[pick % images.length] ?? picture(1);
          const without = withoutImages(whole, new Set([taken.id]));
          expect(without.pages[0]?.total).toBe(images.length - 1);
          const again = withImageInOrder(without, taken);
          expect(idsOf(again)).toEqual(images.map((image) => image.id));
          expect(again.pages.map((page) => page.total)).toEqual(pages.map(() => images.length));
        },
      ),
    );
  });

  it('only counts a picture that belongs behind what was read', () => {
    const data = dataOf([[picture(9), picture(8)]], false);
    const after = withImageInOrder(data, picture(3));
    expect(idsOf(after)).toEqual(['p9', 'p8']);
    expect(after.pages[0]?.total).toBe(101);
  });

  it('does not list or count a picture twice', () => {
    const data = dataOf([[picture(9), picture(8)]], true);
    const after = withImageInOrder(data, picture(8));
    expect(idsOf(after)).toEqual(['p9', 'p8']);
    expect(after.pages[0]?.total).toBe(100);
  });
});

describe('placeImages', () => {
  it('moves pictures between the gallery and the bin, and erases', () => {
    const client = new QueryClient();
    client.setQueryData(queryKeys.gallery(false), dataOf([[picture(9), picture(8)], [picture(7)]], true));
    client.setQueryData(queryKeys.gallery(true), dataOf([[]], true, 0));
    const read = (isBin: boolean) => client.getQueryData<GalleryData>(queryKeys.gallery(isBin));

    placeImages(
      client,
      [7, 9].map((at) => ({ ...picture(at), binnedAt: 1 })),
    );
    expect([idsOf(read(false)), idsOf(read(true))]).toEqual([['p8'], ['p9', 'p7']]);
    expect(findListedImage(client, 'p7')?.binnedAt).toBe(1);

    placeImages(client, [picture(9)], ['p7']);
    expect([idsOf(read(false)), idsOf(read(true))]).toEqual([['p9', 'p8'], []]);
    expect(read(false)?.pages[0]?.total).toBe(99);
    expect(read(true)?.pages[0]?.total).toBe(0);
  });

  it('leaves lists that were never read unread', () => {
    const client = new QueryClient();
    placeImages(client, [picture(1)]);
    expect(client.getQueryData(queryKeys.gallery(false))).toBeUndefined();
    expect(client.getQueryData(queryKeys.image('p1'))).toEqual(picture(1));
  });
});
