import { useTranslation } from 'react-i18next';
import { ActionIcon } from '#ui/ui/controls.ts';
import { IconMinus, IconPlus } from '#ui/ui/icons.ts';
import { limits } from './draft.ts';
import { setFields, useDraftStore } from './draft-store.ts';
import { NumberField } from './NumberField.tsx';
import classes from './NumberField.module.css';

/** How many pictures a request asks for, with buttons that a finger can hit. */
export function CountField() {
  const { t } = useTranslation('create');
  const count = useDraftStore(({ draft }) => draft.input.count);
  const { min, max } = limits.count;
  const set = (next: number): void => setFields({ count: next });
  return (
    <NumberField
      label={t('count.label')}
      value={count}
      {...limits.count}
      onChange={set}
      className={classes.withButtons}
      leftSection={
        <ActionIcon aria-label={t('count.fewer')} disabled={count <= min} onClick={() => set(count - 1)}>
          <IconMinus size={16} />
        </ActionIcon>
      }
      rightSection={
        <ActionIcon aria-label={t('count.more')} disabled={count >= max} onClick={() => set(count + 1)}>
          <IconPlus size={16} />
        </ActionIcon>
      }
    />
  );
}
