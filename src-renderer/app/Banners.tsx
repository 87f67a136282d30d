import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { systemQuery } from '#ui/api/queries.ts';
import { useStreamState } from '#ui/api/event-stream.ts';
import { Banner } from '#ui/ui/Banner.tsx';
import { Button, VisuallyHidden } from '#ui/ui/controls.ts';
import type { SystemNotice } from '#shared/studio/system/schema.ts';
import classes from './Banners.module.css';
import { useSecondsUntil } from './use-seconds-until.ts';

/** What concerns the whole program, above every screen: whether core is there, and what it found at its start. */
export function Banners() {
  return (
    <div className={classes.root}>
      <StreamBanner />
      <Notices />
    </div>
  );
}

function StreamBanner() {
  const { t } = useTranslation('shell');
  const { state, retryAt, retryNow } = useStreamState();
  const seconds = useSecondsUntil(retryAt);
  if (state !== 'down' && state !== 'signedOut') return null;
  const isDown = state === 'down';
  const countdown = seconds === undefined ? t('offline.trying') : t('offline.waiting', { count: seconds });
  return (
    <Banner tone="failed" kind={isDown ? 'offline' : 'problem'}>
      <div className={classes.row}>
        {isDown ? (
          <>
            {/* Said once: a count that is read out every second would be noise. */}
            <VisuallyHidden>{t('offline.said')}</VisuallyHidden>
            <span aria-hidden="true" className={classes.text}>
              {countdown}
            </span>
          </>
        ) : (
          <span className={classes.text}>{t('signedOut.text')}</span>
        )}
        <Button size="compact-sm" variant="default" onClick={retryNow} disabled={retryAt === null}>
          {t(isDown ? 'offline.now' : 'signedOut.now')}
        </Button>
      </div>
    </Banner>
  );
}

const keyOf = (notice: SystemNotice): string => JSON.stringify(notice);

function Notices() {
  const { t } = useTranslation('shell');
  const { data } = useQuery(systemQuery);
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const shown = (data?.notices ?? []).filter((notice) => !dismissed.includes(keyOf(notice)));
  return shown.map((notice) => (
    <Banner
      key={keyOf(notice)}
      tone="warning"
      closeLabel={t('dismiss')}
      onClose={() => setDismissed((before) => [...before, keyOf(notice)])}
    >
      {t(`notice.${notice.code}`, notice.details)}
    </Banner>
  ));
}
