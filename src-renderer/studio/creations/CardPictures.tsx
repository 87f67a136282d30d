import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { imageQuery } from '#ui/api/queries.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { useNoteWords, useViewer } from '#ui/studio/viewer/index.ts';
import { UnstyledButton } from '#ui/ui/controls.ts';
import { IconAlertTriangle, IconEyeOff } from '#ui/ui/icons.ts';
import thumbnail from '#ui/ui/thumbnail.module.css';
import { PreviewImage } from './PreviewImage.tsx';
import { isRunning } from './progress.ts';
import { StepLabel } from './StepLabel.tsx';
import classes from './CardPictures.module.css';

/** The pictures of a request, the one being made included. */
export function CardPictures({ creation }: { readonly creation: Creation }) {
  const { previewUrl } = creation.progress;
  const hasPreview = previewUrl !== null && isRunning(creation);
  if (creation.imageIds.length === 0 && !hasPreview) return null;
  return (
    <div className={classes.root}>
      {creation.imageIds.map((id) => (
        <CardPicture key={id} id={id} prompt={creation.input.prompt} />
      ))}
      {hasPreview ? <Preview url={previewUrl} creation={creation} /> : null}
    </div>
  );
}

function Preview({ url, creation }: { readonly url: string; readonly creation: Creation }) {
  const { t } = useTranslation('creations');
  return (
    <div className={classes.thumbnail}>
      <PreviewImage url={url} alt={t('preview', { prompt: creation.input.prompt })} />
      <StepLabel creation={creation} />
    </div>
  );
}

/** A finished picture. It goes from the card when it goes to the bin. */
function CardPicture({ id, prompt }: { readonly id: string; readonly prompt: string }) {
  const { t } = useTranslation('creations');
  const viewer = useViewer();
  const noteWords = useNoteWords();
  const { data: image, isError } = useQuery(imageQuery(id));
  if (isError || image === undefined || image.binnedAt !== null) return null;
  const note = image.isCensored ? t('hidden') : noteWords(image.notes).join(' · ');
  const Badge = image.isCensored ? IconEyeOff : IconAlertTriangle;
  return (
    <UnstyledButton
      className={classes.thumbnail}
      onClick={() => viewer.open(id)}
      aria-label={[t('openPicture', { prompt }), note].filter(Boolean).join('. ')}
      {...(note === '' ? {} : { title: note })}
    >
      <img src={image.thumbnailUrl} alt="" loading="lazy" decoding="async" />
      {note === '' ? null : <Badge size={16} className={thumbnail.badge} aria-hidden="true" />}
    </UnstyledButton>
  );
}
