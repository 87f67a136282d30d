import { useTranslation } from 'react-i18next';
import { ProblemNote, toProblem } from '#ui/studio/problems/index.ts';
import { Button, VisuallyHidden } from '#ui/ui/controls.ts';
import { EmptyState } from '#ui/ui/EmptyState.tsx';
import { IconAlertCircle, IconPhoto, IconTrash } from '#ui/ui/icons.ts';
import classes from './GalleryScreen.module.css';

const placeholders = Array.from({ length: 40 }, (_, at) => at);

/** Tiles without pictures, standing still, until the first page is there. */
export function LoadingShelf() {
  const { t } = useTranslation('gallery');
  return (
    <div className={classes.state}>
      <VisuallyHidden component="output">{t('loading')}</VisuallyHidden>
      <div className={classes.placeholders} aria-hidden="true">
        {placeholders.map((at) => (
          <span key={at} />
        ))}
      </div>
    </div>
  );
}

interface EmptyShelfProps {
  readonly isBin: boolean;
  readonly onLeave: () => void;
}

/** Says where pictures come from, and offers the way there. */
export function EmptyShelf({ isBin, onLeave }: EmptyShelfProps) {
  const { t } = useTranslation('gallery');
  const words = isBin ? 'emptyBin' : 'empty';
  const Icon = isBin ? IconTrash : IconPhoto;
  return (
    <div className={classes.state}>
      <EmptyState icon={<Icon size={32} />} title={t(`${words}.title`)} text={t(`${words}.text`)}>
        <Button variant={isBin ? 'default' : 'filled'} onClick={onLeave}>
          {t(`${words}.action`)}
        </Button>
      </EmptyState>
    </div>
  );
}

interface FailedShelfProps {
  readonly error: Error;
  readonly onRetry: () => void;
}

/** The first page could not be read. */
export function FailedShelf({ error, onRetry }: FailedShelfProps) {
  const { t } = useTranslation('gallery');
  return (
    <div className={classes.failed}>
      <h2 className={classes.failedTitle}>
        <IconAlertCircle size={20} aria-hidden="true" />
        {t('failed.title')}
      </h2>
      <ProblemNote problem={toProblem(error)} tone="failed" isUrgent />
      <Button onClick={onRetry}>{t('failed.retry')}</Button>
    </div>
  );
}
