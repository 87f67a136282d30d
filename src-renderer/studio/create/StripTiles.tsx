import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { creationStates, PreviewImage, StepLabel, useStateWords } from '#ui/studio/creations/index.ts';
import { useViewer } from '#ui/studio/viewer/index.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { UnstyledButton } from '#ui/ui/controls.ts';
import { IconEyeOff } from '#ui/ui/icons.ts';
import thumbnail from '#ui/ui/thumbnail.module.css';
import classes from './Strip.module.css';

interface TileProps {
  /** It is what the stage shows. */
  readonly isShown: boolean;
  readonly tabIndex: number;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onSelect: () => void;
}

/** A request that runs; with the focus it comes to the stage. */
export function CreationTile({
  creation,
  isShown,
  onSelect,
  ...keys
}: TileProps & { readonly creation: Creation }) {
  const words = useStateWords();
  const { previewUrl } = creation.progress;
  const { icon: Icon, tone } = creationStates[creation.state];
  return (
    <UnstyledButton
      {...keys}
      className={classes.tile}
      data-shown={isShown}
      data-tone={tone}
      aria-label={`${words(creation)}: ${creation.input.prompt}`}
      onFocus={onSelect}
      onClick={onSelect}
    >
      {previewUrl === null ? <Icon size={22} aria-hidden="true" /> : <PreviewImage url={previewUrl} alt="" />}
      <StepLabel creation={creation} />
    </UnstyledButton>
  );
}

/** A picture; with the focus it comes to the stage, and a click or Enter opens it in the viewer. */
export function ImageTile({
  image,
  isShown,
  onSelect,
  ...keys
}: TileProps & { readonly image: GalleryImage }) {
  const { t } = useTranslation('create');
  const viewer = useViewer();
  return (
    <UnstyledButton
      {...keys}
      className={classes.tile}
      data-shown={isShown}
      aria-label={t('strip.open', { prompt: image.prompt })}
      onFocus={onSelect}
      onClick={() => {
        onSelect();
        viewer.open(image.id);
      }}
    >
      <img src={image.thumbnailUrl} alt="" loading="lazy" decoding="async" />
      {image.isCensored ? <IconEyeOff size={18} className={thumbnail.badge} aria-hidden="true" /> : null}
    </UnstyledButton>
  );
}
