import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { callApp } from '#ui/api/client.ts';
import { findListedImage, placeImages } from '#ui/api/gallery-cache.ts';
import { queryKeys } from '#ui/api/queries.ts';
import { showToast, showUndoToast } from '#ui/ui/toast.tsx';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { rememberUndo } from './bin-undo.ts';
import { savePictures } from './save-picture.ts';
import { settleEach } from './settle-each.ts';

/** What can be done with pictures wherever they are shown. Ids may be given many at a time. */
export interface ImageActions {
  /** Moves pictures to the bin, at once on the screen, with a toast that takes it back. */
  readonly bin: (ids: readonly string[], onUndone?: () => void) => Promise<void>;
  /** Takes pictures out of the bin. */
  readonly restore: (ids: readonly string[]) => Promise<void>;
  /** Erases pictures of the bin for good: ask first. */
  readonly erase: (ids: readonly string[]) => Promise<void>;
  /** Saves the picture files where the person says, or where the browser keeps downloads. */
  readonly save: (images: readonly GalleryImage[]) => Promise<void>;
}

/** The actions on pictures, with their toasts. Failures are told, and the lists read again. */
export function useImageActions(): ImageActions {
  const client = useQueryClient();
  const { t } = useTranslation('viewer');
  return useMemo(() => {
    const tellFailures = (failed: number): void => {
      if (failed === 0) return;
      showToast(t('failed', { count: failed }), 'failed');
      for (const isBin of [false, true]) {
        void client.invalidateQueries({ queryKey: queryKeys.gallery(isBin) });
      }
    };

    const change = async (
      ids: readonly string[],
      binnedAt: number | null,
      path: (id: string) => string,
    ): Promise<readonly string[]> => {
      const listed = ids.flatMap((id) => findListedImage(client, id) ?? []);
      placeImages(
        client,
        listed.map((image) => ({ ...image, binnedAt })),
      );
      const { done, failed } = await settleEach(ids, (id) => callApp<GalleryImage>('POST', path(id)));
      placeImages(client, done);
      tellFailures(failed);
      return done.map((image) => image.id);
    };

    const restore = async (ids: readonly string[]): Promise<void> => {
      const done = await change(ids, null, appRoutes.restoreImage);
      if (done.length > 0) showToast(t('restored', { count: done.length }));
    };

    return {
      bin: async (ids, onUndone) => {
        const done = await change(ids, Date.now(), appRoutes.binImage);
        if (done.length === 0) return;
        const undo = rememberUndo(() => void restore(done).then(onUndone));
        showUndoToast({
          message: t('binned', { count: done.length }),
          undoLabel: t('undo'),
          onUndo: undo,
        });
      },
      restore,
      erase: async (ids) => {
        const { done, failed } = await settleEach(ids, async (id) => {
          await callApp<undefined>('DELETE', appRoutes.galleryImage(id));
          return id;
        });
        placeImages(client, [], done);
        tellFailures(failed);
        if (done.length > 0) showToast(t('erased', { count: done.length }));
      },
      save: async (images) => {
        const failed = await savePictures(images);
        if (failed > 0) showToast(t('notSaved', { count: failed }), 'failed');
      },
    };
  }, [client, t]);
}
