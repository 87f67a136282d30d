import { useTranslation } from 'react-i18next';
import { Button } from '#ui/ui/controls.ts';
import { IconArrowBackUp, IconDownload, IconEraser, IconTrash } from '#ui/ui/icons.ts';
import classes from './GalleryScreen.module.css';

interface SelectionBarProps {
  readonly count: number;
  readonly isBin: boolean;
  readonly onSave: () => void;
  readonly onBin: () => void;
  readonly onRestore: () => void;
  readonly onErase: () => void;
  readonly onAll: () => void;
  readonly onClear: () => void;
}

/** What can be done with the selected pictures. */
export function SelectionBar(props: SelectionBarProps) {
  const { t } = useTranslation('gallery');
  const isEmpty = props.count === 0;
  return (
    <section className={classes.selection} aria-label={t('selectedLabel')} data-region>
      <p className={classes.selected} aria-live="polite">
        {t('selected', { count: props.count })}
      </p>
      <Button variant="subtle" color="gray" onClick={props.onAll}>
        {t('selectAll')}
      </Button>
      <Button variant="subtle" color="gray" onClick={props.onClear}>
        {t('clear')}
      </Button>
      <span className={classes.space} />
      {props.isBin ? (
        <>
          <Button leftSection={<IconArrowBackUp size={18} />} disabled={isEmpty} onClick={props.onRestore}>
            {t('restore')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconEraser size={18} />}
            disabled={isEmpty}
            onClick={props.onErase}
          >
            {t('erase')}
          </Button>
        </>
      ) : (
        <>
          <Button
            variant="default"
            leftSection={<IconDownload size={18} />}
            disabled={isEmpty}
            onClick={props.onSave}
          >
            {t('save')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconTrash size={18} />}
            disabled={isEmpty}
            onClick={props.onBin}
          >
            {t('toBin')}
          </Button>
        </>
      )}
    </section>
  );
}
