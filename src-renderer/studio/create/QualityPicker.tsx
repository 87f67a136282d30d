import { useTranslation } from 'react-i18next';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import { SegmentedControl } from '#ui/ui/controls.ts';
import { qualities, qualityOf } from './draft.ts';
import { setQuality, useDraftStore } from './draft-store.ts';
import classes from './SizePicker.module.css';

/** How much work goes into a picture, by the model's own record. */
export function QualityPicker({ model }: { readonly model: StudioModel }) {
  const { t } = useTranslation('create');
  const input = useDraftStore(({ draft }) => draft.input);
  const current = qualityOf(input, model);
  return (
    <div className={classes.root}>
      <div className={classes.head}>
        <span id="create-quality" className={classes.label}>
          {t('quality.label')}
        </span>
        <output className={classes.size}>{t('quality.steps', { count: input.steps })}</output>
      </div>
      <SegmentedControl
        fullWidth
        size="xs"
        value={current ?? ''}
        aria-labelledby="create-quality"
        data={qualities.map((quality) => ({ value: quality, label: t(`quality.${quality}`) }))}
        onChange={(value) => {
          const quality = qualities.find((other) => other === value);
          if (quality !== undefined) setQuality(quality, model);
        }}
      />
    </div>
  );
}
