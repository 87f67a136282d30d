import { useTranslation } from 'react-i18next';
import { Button } from '#ui/ui/controls.ts';
import { IconAlertCircle, IconAlertTriangle } from '#ui/ui/icons.ts';
import { describeProblem, type Problem, type ProblemFix } from './problem-table.ts';
import classes from './ProblemNote.module.css';

interface ProblemNoteProps {
  readonly problem: Problem;
  readonly tone: 'warning' | 'failed';
  /** What the fix buttons do here; a fix that is missing has no button. */
  readonly fixes?: Partial<Record<ProblemFix, () => void>>;
  /** Reads the note out at once: for what answers a press of a button. */
  readonly isUrgent?: boolean;
}

/**
 * A problem in three parts: what happened, what to do, and the button that does it. The code and the
 * words of whoever refused stand one click away, as plain text that can be copied (`ux.md` 4.5).
 */
export function ProblemNote({ problem, tone, fixes = {}, isUrgent = false }: ProblemNoteProps) {
  const { t } = useTranslation('problems');
  const words = describeProblem(t, problem);
  const onFix = words.fix === undefined ? undefined : fixes[words.fix];
  const Icon = tone === 'failed' ? IconAlertCircle : IconAlertTriangle;
  return (
    <div className={classes.root} data-tone={tone} {...(isUrgent ? { role: 'alert' } : {})}>
      <Icon size={18} aria-hidden="true" className={classes.icon} />
      <div className={classes.text}>
        <p className={classes.what}>{words.what}</p>
        {words.how === undefined ? null : <p className={classes.how}>{words.how}</p>}
        {onFix === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={onFix} className={classes.fix}>
            {t(`fix.${words.fix}`)}
          </Button>
        )}
        <ProblemDetails problem={problem} />
      </div>
    </div>
  );
}

function ProblemDetails({ problem }: Pick<ProblemNoteProps, 'problem'>) {
  const { t } = useTranslation('problems');
  const errors = Object.entries(problem.errors ?? {});
  return (
    <details className={classes.details}>
      <summary>{t('details')}</summary>
      <p>
        <code>{problem.code}</code> {problem.message}
      </p>
      {errors.map(([field, message]) => (
        <p key={field}>
          <code>{field}</code> {message}
        </p>
      ))}
    </details>
  );
}
