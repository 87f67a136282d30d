import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#ui/ui/controls.ts';
import classes from './SettingRow.module.css';

interface SettingRowProps {
  /** Stem of the ids of name, help and failure, to which the control refers. */
  readonly id: string;
  readonly name: string;
  readonly help: string;
  readonly failure: string | undefined;
  /** The default in words, while the setting is another. */
  readonly defaultValue: string | undefined;
  readonly onReset: () => void;
  readonly children: ReactNode;
}

/** One setting: name, one sentence, its control, and the way back to the default. */
export function SettingRow({ id, name, help, failure, defaultValue, onReset, children }: SettingRowProps) {
  const { t } = useTranslation('settings');
  return (
    <div className={classes.row}>
      <div className={classes.words}>
        <span id={`${id}-name`} className={classes.name}>
          {name}
        </span>
        <span id={`${id}-help`} className={classes.help}>
          {help}
        </span>
      </div>
      <div className={classes.control}>
        {children}
        {defaultValue === undefined ? null : (
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={t('resetLabel', { name, value: defaultValue })}
            onClick={onReset}
          >
            {t('reset', { value: defaultValue })}
          </Button>
        )}
      </div>
      {failure === undefined ? null : (
        <p className={classes.failure} role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}
