import { useTranslation } from 'react-i18next';
import { Button } from '#ui/ui/controls.ts';
import { IconAlertTriangle } from '#ui/ui/icons.ts';
import { InfoPopover } from './InfoPopover.tsx';
import type { CreateForm } from './use-create-form.ts';
import type { Fixes } from './use-fixes.ts';
import classes from './CostBar.module.css';

interface ProblemsButtonProps {
  readonly form: Pick<CreateForm, 'problems' | 'isBlocked'>;
  readonly fixes: Fixes;
}

/** Counts what stands against the draft; the list lies over the screen and never moves it (`ux.md` 2.2). */
export function ProblemsButton({ form: { problems, isBlocked }, fixes }: ProblemsButtonProps) {
  const { t } = useTranslation('create');
  if (problems.length === 0) return null;
  return (
    <InfoPopover
      width={340}
      position="top-start"
      button={(props) => (
        <Button
          {...props}
          size="compact-md"
          variant="default"
          className={classes.problems}
          data-tone={isBlocked ? 'failed' : 'warning'}
          leftSection={<IconAlertTriangle size={16} />}
          aria-label={t('problem.count', { count: problems.length })}
        >
          {problems.length}
        </Button>
      )}
    >
      <ul className={classes.list}>
        {problems.map((problem) => (
          <li key={problem.id}>
            <p>{t(`problem.${problem.id}.what`)}</p>
            {problem.fix === undefined ? null : (
              <Button size="compact-sm" variant="default" onClick={fixes.draft[problem.fix]}>
                {t(`problem.${problem.id}.fix`)}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </InfoPopover>
  );
}
