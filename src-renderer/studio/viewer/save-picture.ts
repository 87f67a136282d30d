import { desktop } from '#ui/platform/desktop.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { settleEach } from './settle-each.ts';

/** Name under which a picture is saved: that of its file in the gallery folder. */
const pictureName = (image: Pick<GalleryImage, 'fileName'>): string =>
  image.fileName.split('/').at(-1) ?? image.fileName;

/**
 * Saves pictures: one where the desktop's dialog says, more of them or in a browser as downloads.
 * Gives how many could not be saved.
 */
export async function savePictures(images: readonly GalleryImage[]): Promise<number> {
  const api = images.length === 1 ? desktop() : undefined;
  const save = async (image: GalleryImage): Promise<void> => {
    if (api) await api.savePicture({ imageId: image.id });
    else await downloadPicture(image);
  };
  const { failed } = await settleEach(images, save, 1);
  return failed;
}

/**
 * Saves one picture as a download. It is fetched first, so that many in a row are neither cut off by
 * the next one nor lost without a word.
 * @throws Error when the file cannot be read
 */
async function downloadPicture(image: GalleryImage): Promise<void> {
  const response = await fetch(image.imageUrl);
  if (!response.ok) throw new Error(`picture answered ${response.status}`);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = pictureName(image);
  link.click();
  // The browser has taken the bytes over by the next minute at the latest.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
