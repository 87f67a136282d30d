import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { systemQuery } from '#ui/api/queries.ts';
import { Anchor, Code, Text } from '#ui/ui/controls.ts';
import { CopyButton } from '#ui/ui/CopyButton.tsx';
import { Panel } from '#ui/ui/Page.tsx';
import classes from './AddressPanel.module.css';

/** Where programs find the home horde. */
export function AddressPanel() {
  const { t } = useTranslation('worker');
  const { data } = useQuery(systemQuery);
  if (data === undefined) return null;
  return (
    <Panel title={t('address')}>
      <div className={classes.row}>
        <Code className={classes.address}>{data.hordeUrl}</Code>
        <CopyButton value={data.hordeUrl} label={t('copy')} copiedLabel={t('copied')} />
      </div>
      <Text size="sm" c="dimmed">
        {t('addressHelp')}
      </Text>
      <Anchor href={`${data.hordeUrl}/api/`} target="_blank" rel="noreferrer" size="sm">
        {t('docs')}
      </Anchor>
    </Panel>
  );
}
