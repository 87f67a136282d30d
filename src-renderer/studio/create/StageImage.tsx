import { useTranslation } from 'react-i18next';
import { useImageActions, useNoteWords, useViewer } from '#ui/studio/viewer/index.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { canCopyPictures, copyPicture, copyText } from '#ui/ui/clipboard.ts';
import { Button, UnstyledButton } from '#ui/ui/controls.ts';
import { IconCopy, IconDownload, IconPencil, IconRefresh, IconTrash } from '#ui/ui/icons.ts';
import { showToast } from '#ui/ui/toast.tsx';
import { takeImageSettings } from './draft-store.ts';
import { useAgain } from './use-again.ts';
import classes from './Stage.module.css';

/** A finished picture with what can be done with it. */
export function StageImage({ image }: { readonly image: GalleryImage }) {
  const { t } = useTranslation('create');
  const viewer = useViewer();
  const noteWords = useNoteWords();
  return (
    <>
      <UnstyledButton
        className={classes.space}
        onClick={() => viewer.open(image.id)}
        aria-label={t('stage.open', { prompt: image.prompt })}
      >
        <img
          className={classes.picture}
          src={image.imageUrl}
          alt=""
          width={image.width}
          height={image.height}
          decoding="async"
        />
      </UnstyledButton>
      <div className={classes.below}>
        <p className={classes.prompt} dir="auto">
          {image.prompt}
        </p>
        {image.isCensored ? <p className={classes.hidden}>{t('stage.hidden')}</p> : null}
        {noteWords(image.notes).map((note) => (
          <p key={note} className={classes.note}>
            {note}
          </p>
        ))}
        <ImageToolbar image={image} />
      </div>
    </>
  );
}

function ImageToolbar({ image }: { readonly image: GalleryImage }) {
  const { t } = useTranslation('create');
  const actions = useImageActions();
  const again = useAgain();
  const canCopy = canCopyPictures();
  const copy = async (): Promise<void> => {
    const isCopied = canCopy ? await copyPicture(image.imageUrl) : await copyText(image.prompt);
    const what = canCopy ? 'picture' : 'prompt';
    showToast(t(isCopied ? `stage.copied.${what}` : 'stage.copied.failed'), isCopied ? 'info' : 'failed');
  };
  const takeSettings = (): void => {
    takeImageSettings(image);
    showToast(t('stage.settingsTaken'));
  };
  const buttons = [
    { id: 'again', icon: IconRefresh, run: () => again(image) },
    { id: 'settings', icon: IconPencil, run: takeSettings },
    { id: 'save', icon: IconDownload, run: () => void actions.save([image]) },
    { id: canCopy ? 'copyPicture' : 'copyPrompt', icon: IconCopy, run: () => void copy() },
    { id: 'delete', icon: IconTrash, run: () => void actions.bin([image.id]) },
  ] as const;
  return (
    <div className={classes.toolbar}>
      {buttons.map(({ id, icon: Icon, run }) => (
        <Button
          key={id}
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<Icon size={16} aria-hidden="true" />}
          onClick={run}
        >
          {t(`stage.action.${id}`)}
        </Button>
      ))}
    </div>
  );
}
