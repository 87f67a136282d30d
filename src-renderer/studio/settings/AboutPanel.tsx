import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { systemQuery } from '#ui/api/queries.ts';
import { Code, Text } from '#ui/ui/controls.ts';
import { CopyButton } from '#ui/ui/CopyButton.tsx';
import { Facts } from '#ui/ui/Facts.tsx';
import { Panel } from '#ui/ui/Page.tsx';

/** Which Yurt this is and where its data lie. */
export function AboutPanel() {
  const { t } = useTranslation('settings');
  const { data } = useQuery(systemQuery);
  if (data === undefined) return null;
  return (
    <Panel title={t('section.about')}>
      <Facts
        facts={[
          [t('about.version'), data.version],
          [t('about.host'), t(`about.hostValue.${data.host}`)],
          [t('about.licence'), 'MIT'],
          [t('about.dataDir'), <Code key="dir">{data.dataDir}</Code>],
        ]}
      />
      <Text size="sm" c="dimmed">
        {t('about.dataHelp')}
      </Text>
      <div>
        <CopyButton value={data.dataDir} label={t('about.copy')} copiedLabel={t('about.copied')} />
      </div>
    </Panel>
  );
}
