import { type ErrorComponentProps, useNavigate, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button, Loader, Title, VisuallyHidden } from '#ui/ui/controls.ts';
import { EmptyState } from '#ui/ui/EmptyState.tsx';
import { IconCompass } from '#ui/ui/icons.ts';
import { CrashScreen } from './CrashScreen.tsx';
import classes from './route-states.module.css';

/** A screen that takes more than a moment to come. */
export function PendingScreen() {
  const { t } = useTranslation('shell');
  return (
    <output className={classes.pending}>
      <Loader aria-hidden="true" />
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
    </output>
  );
}

/** A screen that stopped, or whose code could not be loaded. */
export function FailedScreen({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const navigate = useNavigate();
  const retry = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <CrashScreen
      error={error}
      onRetry={retry}
      onHome={() => {
        reset();
        void navigate({ to: '/' });
      }}
    />
  );
}

/** An address that is no screen. */
export function MissingScreen() {
  const { t } = useTranslation('shell');
  const navigate = useNavigate();
  return (
    <>
      <VisuallyHidden>
        <Title order={1}>{t('missing.title')}</Title>
      </VisuallyHidden>
      <EmptyState icon={<IconCompass size={32} />} title={t('missing.title')} text={t('missing.text')}>
        <Button onClick={() => void navigate({ to: '/' })}>{t('crash.home')}</Button>
      </EmptyState>
    </>
  );
}
