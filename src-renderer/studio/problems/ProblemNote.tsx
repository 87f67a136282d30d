import { useTranslation } from 'react-i18next';
import { Button, Code } from '#ui/ui/controls.ts';
import { IconAlertTriangle } from '#ui/ui/icons.ts';
import { describeProblem, type ProblemFix } from './problem-table.ts';
import classes from './ProblemNote.module.css';

interface ProblemNoteProps {
  readonly problem: { readonly code: string; readonly message: string };
  readonly tone?: 'failed' | 'warning';
  /** Fixes that this place can do; a fix that is not here gets no button. */
  readonly fixes?: Partial<Record<ProblemFix, () => void>>;
}

/** What happened, what to do, a button for it, and the code for whoever asks (`ux.md` 4.5). */
export function ProblemNote({ problem, tone = 'failed', fixes = {} }: ProblemNoteProps) {
  const { t } = useTranslation('problems');
  const { t: tShell } = useTranslation('shell');
  const words = describeProblem(t, problem);
  const onFix = words.fix === undefined ? undefined : fixes[words.fix];
  return (
    <div className={classes.root} data-tone={tone} role={tone === 'failed' ? 'alert' : 'note'}>
      <IconAlertTriangle size={18} aria-hidden="true" className={classes.icon} />
      <div className={classes.body}>
        <div>
          {words.what} {words.how}
        </div>
        <details className={classes.details}>
          <summary>{tShell('details')}</summary>
          <Code>{problem.code}</Code> {problem.message}
        </details>
      </div>
      {onFix === undefined ? null : (
        <Button size="compact-sm" variant="default" onClick={onFix}>
          {t(`fix.${words.fix}`)}
        </Button>
      )}
    </div>
  );
}
