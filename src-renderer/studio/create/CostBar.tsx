import { useTranslation } from 'react-i18next';
import { ProblemNote, toProblem } from '#ui/studio/problems/index.ts';
import { Button } from '#ui/ui/controls.ts';
import { IconSparkles } from '#ui/ui/icons.ts';
import { isMac } from '#ui/ui/keyboard.ts';
import { CostLine } from './CostLine.tsx';
import { ProblemsButton } from './ProblemsButton.tsx';
import type { CreateForm } from './use-create-form.ts';
import type { Fixes } from './use-fixes.ts';
import classes from './CostBar.module.css';

interface CostBarProps {
  readonly form: CreateForm;
  readonly fixes: Fixes;
  readonly error: Error | null;
  readonly onSend: () => void;
}

/** Always in sight: problems, cost, wait, and the button that spends. */
export function CostBar({ form, fixes, error, onSend }: CostBarProps) {
  const { t } = useTranslation('create');
  const { t: tKey } = useTranslation('shell', { keyPrefix: 'shortcuts.key' });
  const first = form.problems[0];
  return (
    <div className={classes.root}>
      {error === null ? null : (
        <ProblemNote problem={toProblem(error)} tone="failed" fixes={fixes.problem} isUrgent />
      )}
      <div className={classes.bar}>
        <ProblemsButton form={form} fixes={fixes} />
        <div className={classes.words}>
          <CostLine model={form.model} />
          {first === undefined ? null : <p className={classes.first}>{t(`problem.${first.id}.what`)}</p>}
        </div>
        <Button
          size="md"
          className={classes.create}
          leftSection={<IconSparkles size={18} aria-hidden="true" />}
          disabled={form.isBlocked}
          aria-keyshortcuts="Control+Enter Meta+Enter"
          onClick={onSend}
        >
          {t('create')}
          <kbd className={classes.keys} aria-hidden="true">
            {tKey(isMac() ? 'cmd' : 'ctrl')} ↵
          </kbd>
        </Button>
      </div>
    </div>
  );
}
