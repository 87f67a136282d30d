import { useTranslation } from 'react-i18next';
import { Button, Title } from '#ui/ui/controls.ts';
import { CopyButton } from '#ui/ui/CopyButton.tsx';
import classes from './CrashScreen.module.css';

interface CrashScreenProps {
  readonly error: unknown;
  /** Draws the screen again. */
  readonly onRetry: () => void;
  /** Leaves for Create. */
  readonly onHome: () => void;
}

/** What stands where a screen stopped or could not be loaded: what happened and three ways out. */
export function CrashScreen({ error, onRetry, onHome }: CrashScreenProps) {
  const { t } = useTranslation('shell', { keyPrefix: 'crash' });
  const { t: words } = useTranslation('shell');
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return (
    <div className={classes.root} role="alert">
      <Title order={1} size="h3">
        {t('title')}
      </Title>
      <p>{t('text')}</p>
      <div className={classes.buttons}>
        <Button onClick={onRetry}>{t('again')}</Button>
        <Button variant="default" onClick={onHome}>
          {t('home')}
        </Button>
        <Button variant="default" onClick={() => window.location.reload()}>
          {t('reload')}
        </Button>
      </div>
      <details className={classes.details}>
        <summary>{words('details')}</summary>
        <pre>{details}</pre>
        <CopyButton value={details} label={t('copy')} copiedLabel={t('copied')} />
      </details>
    </div>
  );
}
