import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { workerQuery } from '#ui/api/queries.ts';
import { Button, Text } from '#ui/ui/controls.ts';
import { Facts } from '#ui/ui/Facts.tsx';
import { formatKudos } from '#ui/ui/format.ts';
import { IconCpu } from '#ui/ui/icons.ts';
import type { Tone } from '#ui/ui/theme.ts';
import type { WorkerState, WorkerStatus } from '#shared/studio/worker/schema.ts';
import { useToldWorkerSwitch } from '../use-told-worker-switch.ts';
import { Chip } from './Chip.tsx';

const tones: Readonly<Record<WorkerState, Tone>> = {
  off: 'queued',
  starting: 'working',
  idle: 'done',
  working: 'working',
  paused: 'warning',
  error: 'failed',
};

/** What the worker of this computer does, its current job, and its pause. */
export function WorkerChip() {
  const { t } = useTranslation('shell', { keyPrefix: 'worker' });
  const { data: worker } = useQuery(workerQuery);
  if (worker === undefined) {
    return (
      <Chip icon={IconCpu} label={t('unknown')} text="…" isIconOnPhone heading={t('heading')}>
        <Text size="sm">{t('help')}</Text>
      </Chip>
    );
  }
  const { state, job } = worker;
  const isFinishing = state === 'paused' && job !== null;
  const long =
    state === 'working' && job !== null
      ? t('step', { step: job.step, steps: job.steps })
      : t(isFinishing ? 'finishing' : `state.${state}`);
  const short =
    state === 'working' && job !== null
      ? t('stepShort', { step: job.step, steps: job.steps })
      : t(`short.${state}`);
  return (
    <Chip
      icon={IconCpu}
      tone={tones[state]}
      label={t('label', { state: long })}
      text={short}
      heading={t('label', { state: long })}
    >
      <WorkerDetails worker={worker} />
    </Chip>
  );
}

function WorkerDetails({ worker }: { readonly worker: WorkerStatus }) {
  const { t, i18n } = useTranslation('shell', { keyPrefix: 'worker' });
  const { isOff, isPending, toggle } = useToldWorkerSwitch();
  const { job } = worker;
  return (
    <>
      {job === null ? null : (
        <Text size="sm">{t('job', { model: job.model, step: job.step, steps: job.steps })}</Text>
      )}
      <Facts
        facts={[
          [t('earned'), formatKudos(worker.kudosEarned, i18n.language)],
          [t('done'), worker.jobsDone],
        ]}
      />
      <Button variant="default" size="sm" loading={isPending} onClick={toggle}>
        {t(isOff ? 'resume' : 'pause')}
      </Button>
      <Link to="/worker">{t('more')}</Link>
    </>
  );
}
