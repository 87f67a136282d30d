import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { creationsQuery } from '#ui/api/queries.ts';
import { isRunning } from '#ui/studio/creations/index.ts';
import type { ScreenId } from './screens.ts';

/** Keeps the title of the window: the screen, and how many requests run. */
export function useTitle(screen: ScreenId | undefined): void {
  const { t } = useTranslation('shell');
  const { data } = useQuery(creationsQuery);
  const count = (data?.creations ?? []).filter(isRunning).length;
  const name = screen === undefined ? t('title.missing') : t(`nav.${screen}`);
  const title =
    count === 0 ? t('title.screen', { screen: name }) : t('title.running', { count, screen: name });
  useEffect(() => {
    document.title = title;
  }, [title]);
}
