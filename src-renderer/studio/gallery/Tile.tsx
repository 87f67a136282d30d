// A cell of PictureGrid, which is no <table>.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle, IconEyeOff, IconCheck, IconPhotoOff } from '#ui/ui/icons.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import classes from './PictureGrid.module.css';

interface TileProps {
  readonly image: GalleryImage;
  readonly isActive: boolean;
  readonly isSelected: boolean;
}

/** One picture of the grid. The grid answers its clicks and keys. */
export const Tile = memo(function Tile({ image, isActive, isSelected }: TileProps) {
  const { t } = useTranslation('gallery');
  const [isBroken, setIsBroken] = useState(false);
  const label = t('picture', {
    prompt: image.prompt || t('noPrompt'),
    width: image.width,
    height: image.height,
  });
  return (
    <div
      role="gridcell"
      className={classes.tile}
      data-image-id={image.id}
      tabIndex={isActive ? 0 : -1}
      aria-selected={isSelected}
      aria-label={image.isCensored ? `${label}, ${t('censored')}` : label}
    >
      {isBroken ? (
        <span className={classes.broken}>
          <IconPhotoOff size={24} aria-hidden="true" />
          {t('missing')}
        </span>
      ) : (
        <img
          className={classes.image}
          src={image.thumbnailUrl}
          alt=""
          decoding="async"
          draggable={false}
          onError={() => setIsBroken(true)}
        />
      )}
      <span className={classes.badges}>
        {image.isCensored ? <IconEyeOff size={16} data-tone="hidden" /> : null}
        {image.notes.length > 0 ? <IconAlertTriangle size={16} data-tone="warning" /> : null}
      </span>
      {/* For the mouse: from the keyboard it is Space, by touch the Select button. */}
      <span className={classes.select} data-select title={t('selectOne')} aria-hidden="true">
        <IconCheck size={16} />
      </span>
    </div>
  );
});
