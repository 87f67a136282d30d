import { useTranslation } from 'react-i18next';
import { Text } from '#ui/ui/controls.ts';
import { formatMoment } from '#ui/ui/format.ts';
import { Panel } from '#ui/ui/Page.tsx';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import classes from './LogPanel.module.css';

/** What the worker noted, newest first. */
export function LogPanel({ log }: { readonly log: WorkerStatus['log'] }) {
  const { t, i18n } = useTranslation('worker');
  // Lines have no id; counted from the oldest, one keeps its key while new ones come.
  const lines = log.map((line, index) => ({ ...line, key: `${line.at}-${index}` })).toReversed();
  return (
    <Panel title={t('log')}>
      {lines.length === 0 ? (
        <Text c="dimmed">{t('logEmpty')}</Text>
      ) : (
        <ol className={classes.log}>
          {lines.map(({ key, at, message }) => (
            <li key={key} className={classes.line}>
              <time dateTime={new Date(at).toISOString()}>{formatMoment(at, i18n.language)}</time>
              <span>{message}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
