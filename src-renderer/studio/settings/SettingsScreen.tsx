import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { settingsQuery, systemQuery } from '#ui/api/queries.ts';
import { useSettings } from '#ui/api/settings.ts';
import { ProblemNote, toProblem } from '#ui/studio/problems/index.ts';
import { Skeleton } from '#ui/ui/controls.ts';
import { Page } from '#ui/ui/Page.tsx';
import { AboutPanel } from './AboutPanel.tsx';
import { SettingPanels } from './SettingPanels.tsx';

/** The settings of this person and facts about this Yurt (`ux.md` 2.14). */
export function SettingsScreen() {
  const { t } = useTranslation('settings');
  const { error, refetch } = useQuery(settingsQuery);
  const settings = useSettings();
  const { data: system } = useQuery(systemQuery);
  return (
    <Page title={t('title')}>
      {settings === undefined && error === null ? <Skeleton height={320} /> : null}
      {settings === undefined && error !== null ? (
        <ProblemNote problem={toProblem(error)} tone="failed" fixes={{ retry: () => void refetch() }} />
      ) : null}
      {settings === undefined ? null : (
        <SettingPanels settings={settings} isDesktop={system?.host === 'desktop'} />
      )}
      <AboutPanel />
    </Page>
  );
}
