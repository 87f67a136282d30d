import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '#ui/api/client.ts';
import { findListedImage } from '#ui/api/gallery-cache.ts';
import { imageQuery } from '#ui/api/queries.ts';
import { ProblemNote, toProblem } from '#ui/studio/problems/index.ts';
import { Button, Loader, Modal } from '#ui/ui/controls.ts';
import { EmptyState } from '#ui/ui/EmptyState.tsx';
import { IconPhotoOff } from '#ui/ui/icons.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { OpenPicture } from './OpenPicture.tsx';
import { useFocusReturn } from './use-focus-return.ts';
import classes from './ViewerDialog.module.css';

interface ViewerDialogProps {
  readonly imageId: string;
  readonly onShow: (imageId: string | undefined) => void;
  readonly onUseSettings: (image: GalleryImage) => void;
}

/** The dialog around a picture: finds it, and says so when it cannot be found. */
export function ViewerDialog({ imageId, onShow, onUseSettings }: ViewerDialogProps) {
  const { t } = useTranslation('viewer');
  const client = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const isOpen = useIsMounted();
  useFocusReturn(imageId);
  const query = useQuery({
    ...imageQuery(imageId),
    initialData: () => findListedImage(client, imageId),
  });
  const image = query.data;
  const close = (): void => onShow(undefined);
  return (
    <Modal.Root
      opened
      fullScreen
      padding={0}
      returnFocus={false}
      closeOnEscape={!isAsking}
      transitionProps={{ duration: 0 }}
      onClose={close}
    >
      <Modal.Content
        className={classes.content}
        aria-label={t('label', { prompt: image?.prompt || t('noPrompt') })}
      >
        <Modal.Body className={classes.body}>
          {image === undefined ? (
            <NoPicture error={query.error} onRetry={() => void query.refetch()} onClose={close} />
          ) : (
            <OpenPicture
              image={image}
              onShow={(id) => {
                if (isOpen.current) onShow(id);
              }}
              onAsk={setIsAsking}
              onUseSettings={() => {
                close();
                onUseSettings(image);
              }}
            />
          )}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Whether the dialog is still there when something that it began has ended. */
function useIsMounted(): { readonly current: boolean } {
  const isMounted = useRef(false);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  return isMounted;
}

interface NoPictureProps {
  readonly error: Error | null;
  readonly onRetry: () => void;
  readonly onClose: () => void;
}

function NoPicture({ error, onRetry, onClose }: NoPictureProps) {
  const { t } = useTranslation('viewer');
  if (error === null) {
    return (
      <div className={classes.centre}>
        <Loader aria-label={t('loading')} />
      </div>
    );
  }
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <div className={classes.centre}>
      {isGone ? (
        <EmptyState icon={<IconPhotoOff size={32} />} title={t('gone.title')} text={t('gone.text')}>
          <Button onClick={onClose} data-autofocus>
            {t('close')}
          </Button>
        </EmptyState>
      ) : (
        <>
          <ProblemNote problem={toProblem(error)} tone="failed" isUrgent />
          <div className={classes.buttons}>
            <Button onClick={onRetry} data-autofocus>
              {t('retry')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('close')}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
