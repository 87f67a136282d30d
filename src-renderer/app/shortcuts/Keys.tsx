import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { strokesOf } from './keymap.ts';
import classes from './Keys.module.css';

interface KeysProps {
  readonly keys: string;
  readonly isMac: boolean;
}

/** A shortcut drawn as the keys to press. */
export function Keys({ keys, isMac }: KeysProps) {
  const { t } = useTranslation('shell', { keyPrefix: 'shortcuts' });
  const named: Readonly<Record<string, string>> = {
    mod: t(isMac ? 'key.cmd' : 'key.ctrl'),
    shift: t('key.shift'),
    enter: t('key.enter'),
    esc: t('key.esc'),
    alt: t('key.alt'),
    space: t('key.space'),
    delete: t('key.delete'),
    arrowleft: '←',
    arrowright: '→',
    arrowup: '↑',
    arrowdown: '↓',
  };
  return (
    <span className={classes.keys}>
      {strokesOf(keys).map((stroke, index) => (
        // The strokes of a shortcut never change, and two may be the same.
        <Fragment key={`${index}-${stroke.join('+')}`}>
          {index === 0 ? null : ` ${t('then')} `}
          {stroke.map((key) => (
            <kbd key={key} className={classes.key}>
              {named[key] ?? key.toUpperCase()}
            </kbd>
          ))}
        </Fragment>
      ))}
    </span>
  );
}
