import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionIcon, Tooltip } from '#ui/ui/controls.ts';
import { IconArrowsExchange, IconLock, IconLockOpen } from '#ui/ui/icons.ts';
import { setFields, useDraftStore } from './draft-store.ts';
import { NumberField } from './NumberField.tsx';
import { sideLimits, toSide, withSide } from './sizes.ts';
import classes from './FullSettings.module.css';

/** The exact size, with its proportions kept where one wants that. */
export function SizeFields() {
  const { t } = useTranslation('create');
  const width = useDraftStore(({ draft }) => draft.input.width);
  const height = useDraftStore(({ draft }) => draft.input.height);
  const [isLocked, setIsLocked] = useState(false);
  const side = (name: 'width' | 'height', value: number) => (
    <NumberField
      label={t(`size.${name}`)}
      value={value}
      {...sideLimits}
      fit={toSide}
      onChange={(length) => setFields(withSide({ width, height }, name, length, isLocked))}
    />
  );
  return (
    <div>
      <div className={classes.sides}>
        {side('width', width)}
        {side('height', height)}
        <Tooltip label={t('size.swap')}>
          <ActionIcon
            size={36}
            aria-label={t('size.swap')}
            onClick={() => setFields({ width: height, height: width })}
          >
            <IconArrowsExchange size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('size.lock')}>
          <ActionIcon
            size={36}
            aria-label={t('size.lock')}
            aria-pressed={isLocked}
            onClick={() => setIsLocked(!isLocked)}
          >
            {isLocked ? <IconLock size={18} /> : <IconLockOpen size={18} />}
          </ActionIcon>
        </Tooltip>
      </div>
      <p className={classes.hint}>{t('size.snaps')}</p>
    </div>
  );
}
