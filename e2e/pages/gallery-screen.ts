import { expect, type Locator, type Page } from '@playwright/test';
import type { GalleryImage, GalleryPage } from '#shared/studio/gallery/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { say } from '../fixtures/words.ts';
import { goTo } from './frame.ts';

export interface GalleryScreen {
  readonly pictures: Locator;
  readonly viewer: (prompt: string) => Locator;
  open(): Promise<void>;
}

export function galleryScreen(page: Page): GalleryScreen {
  return {
    pictures: page.getByRole('grid', { name: say('gallery:grid') }).getByRole('gridcell'),
    viewer: (prompt) => page.getByRole('dialog', { name: say('viewer:label', { prompt }) }),
    open: () => goTo(page, 'gallery'),
  };
}

/** The gallery as core tells it, newest first. */
export async function readGallery(page: Page): Promise<readonly GalleryImage[]> {
  const answer = await page.request.get(new URL(appRoutes.gallery, page.url()).href);
  await expect(answer).toBeOK();
  const { images }: GalleryPage = await answer.json();
  return images;
}

/** Bytes of a picture of the gallery. */
export async function readPicture(page: Page, image: GalleryImage): Promise<Buffer> {
  const answer = await page.request.get(new URL(image.imageUrl, page.url()).href);
  await expect(answer).toBeOK();
  return answer.body();
}
