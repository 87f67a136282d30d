import { Button, Code, Progress, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { callApp } from '#ui/api/client.ts';
import { systemQuery, workerQuery } from '#ui/api/queries.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import classes from './HomeScreen.module.css';

/** Where the horde is and what this computer's worker does, with its pause. */
export function HomeScreen() {
  const { t } = useTranslation('home');
  const system = useQuery(systemQuery);
  const worker = useQuery(workerQuery);
  return (
    <main className={classes.root}>
      <Title order={1}>{t('title')}</Title>
      {system.isError ? <Text role="alert">{t('unreachable')}</Text> : null}
      <section className={classes.panel} aria-labelledby="address">
        <Title order={2} size="h4" id="address">
          {t('address')}
        </Title>
        <Code>{system.data?.hordeUrl ?? '…'}</Code>
        <Text c="dimmed">{t('addressHint')}</Text>
      </section>
      {worker.data === undefined ? null : <WorkerPanel worker={worker.data} />}
    </main>
  );
}

function WorkerPanel({ worker }: { readonly worker: WorkerStatus }) {
  const { t } = useTranslation('home');
  const client = useQueryClient();
  const isPaused = worker.state === 'paused' || worker.state === 'off';
  const toggle = useMutation({
    mutationFn: () =>
      callApp<WorkerStatus>('POST', isPaused ? appRoutes.resumeWorker : appRoutes.pauseWorker),
    onSuccess: (status) => client.setQueryData(workerQuery.queryKey, status),
  });
  const { job } = worker;
  return (
    <section className={classes.panel} aria-labelledby="worker">
      <Title order={2} size="h4" id="worker">
        {t('worker')}
      </Title>
      <Text component="output">
        {t(`state.${worker.state}`)}
        {job === null ? '' : ` · ${t('step', { step: job.step, steps: job.steps })}`}
      </Text>
      {job === null ? null : (
        <Progress value={(100 * job.step) / Math.max(job.steps, 1)} aria-label={t('state.working')} />
      )}
      <dl className={classes.facts}>
        <dt>{t('models')}</dt>
        <dd>{worker.models.join(', ') || t('noModels')}</dd>
        <dt>{t('done')}</dt>
        <dd>{worker.jobsDone}</dd>
        <dt>{t('earned')}</dt>
        <dd>{worker.kudosEarned.toFixed(1)}</dd>
      </dl>
      <Button variant="default" loading={toggle.isPending} onClick={() => toggle.mutate()}>
        {t(isPaused ? 'resume' : 'pause')}
      </Button>
    </section>
  );
}
