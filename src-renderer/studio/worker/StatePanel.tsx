import { useTranslation } from 'react-i18next';
import { isUnreachable } from '#ui/api/client.ts';
import { useWorkerSwitch } from '#ui/api/worker.ts';
import { ProblemNote, toProblem } from '#ui/studio/problems/index.ts';
import { Button, Progress, Text } from '#ui/ui/controls.ts';
import { Facts } from '#ui/ui/Facts.tsx';
import { formatMoment } from '#ui/ui/format.ts';
import { IconPlayerPause, IconPlayerPlay } from '#ui/ui/icons.ts';
import { Panel } from '#ui/ui/Page.tsx';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import classes from './StatePanel.module.css';

interface StatePanelProps {
  readonly worker: WorkerStatus;
}

/** State, reason and current job, with the switch that pauses and starts. */
export function StatePanel({ worker }: StatePanelProps) {
  const { t } = useTranslation('worker');
  const { isOff, isPending, error, toggle } = useWorkerSwitch();
  const Icon = isOff ? IconPlayerPlay : IconPlayerPause;
  return (
    <Panel title={t(`state.${worker.state}`)}>
      <Explanation worker={worker} />
      {worker.job === null ? null : <Job job={worker.job} />}
      <div className={classes.buttons}>
        <Button
          variant={isOff ? 'filled' : 'default'}
          loading={isPending}
          leftSection={<Icon size={16} aria-hidden="true" />}
          onClick={toggle}
        >
          {t(isOff ? 'resume' : 'pause')}
        </Button>
      </div>
      {error === null ? null : <Refusal error={error} />}
    </Panel>
  );
}

function Refusal({ error }: { readonly error: Error }) {
  const { t } = useTranslation('worker');
  if (isUnreachable(error)) return <Text role="alert">{t('unreachable')}</Text>;
  return <ProblemNote problem={toProblem(error)} tone="failed" isUrgent />;
}

function Explanation({ worker: { state, reason, job } }: StatePanelProps) {
  const { t, i18n } = useTranslation('worker');
  if (state === 'working') return null;
  if (state === 'paused' && job !== null) return <Text>{t('explain.finishing')}</Text>;
  if (state !== 'error') return <Text>{t(`explain.${state}`)}</Text>;
  const code = reason ?? 'internal';
  if (i18n.exists(`reason.${code}`, { ns: 'worker' })) return <Text>{t(`reason.${code}`)}</Text>;
  return <ProblemNote problem={{ code, message: code }} tone="failed" />;
}

function Job({ job }: { readonly job: NonNullable<WorkerStatus['job']> }) {
  const { t, i18n } = useTranslation('worker');
  const step = t('jobStep', { step: job.step, steps: job.steps });
  return (
    <div className={classes.job}>
      <Facts
        facts={[
          [t('jobModel'), job.model],
          [t('jobSince'), formatMoment(job.startedAt, i18n.language)],
          [t('job'), step],
        ]}
      />
      <Progress
        value={(100 * job.step) / Math.max(job.steps, 1)}
        color="var(--yurt-working)"
        aria-label={`${t('job')}: ${step}`}
      />
    </div>
  );
}
