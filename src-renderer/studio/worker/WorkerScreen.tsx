import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { workerQuery } from '#ui/api/queries.ts';
import { ProblemNote, toProblem } from '#ui/studio/problems/index.ts';
import { Skeleton, Text } from '#ui/ui/controls.ts';
import { Facts } from '#ui/ui/Facts.tsx';
import { formatKudos } from '#ui/ui/format.ts';
import { Page, Panel } from '#ui/ui/Page.tsx';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { AddressPanel } from './AddressPanel.tsx';
import { LogPanel } from './LogPanel.tsx';
import { StatePanel } from './StatePanel.tsx';

/** What the worker of this computer does, and the address by which programs reach its horde (`ux.md` 2.9). */
export function WorkerScreen() {
  const { t } = useTranslation('worker');
  const { data, error, refetch } = useQuery(workerQuery);
  return (
    <Page title={t('title')}>
      <Text c="dimmed">{t('help')}</Text>
      {data === undefined && error === null ? <Skeleton height={160} aria-label={t('loading')} /> : null}
      {data === undefined && error !== null ? (
        <ProblemNote problem={toProblem(error)} tone="failed" fixes={{ retry: () => void refetch() }} />
      ) : null}
      {data === undefined ? null : <WorkerPanels worker={data} />}
      <AddressPanel />
      {data === undefined ? null : <LogPanel log={data.log} />}
    </Page>
  );
}

function WorkerPanels({ worker }: { readonly worker: WorkerStatus }) {
  const { t, i18n } = useTranslation('worker');
  return (
    <>
      <StatePanel worker={worker} />
      <Panel title={t('sinceStart')}>
        <Facts
          facts={[
            [t('earned'), formatKudos(worker.kudosEarned, i18n.language)],
            [t('done'), worker.jobsDone],
            [t('faulted'), worker.jobsFaulted],
            [t('models'), worker.models.length === 0 ? t('noModels') : worker.models.join(', ')],
          ]}
        />
      </Panel>
    </>
  );
}
