import { useTranslation } from 'react-i18next';
import { useMediaQuery } from '#ui/ui/controls.ts';
import { CountField } from './CountField.tsx';
import { useDraftStore } from './draft-store.ts';
import { FullSettings } from './FullSettings.tsx';
import { ModelPicker } from './ModelPicker.tsx';
import { QualityPicker } from './QualityPicker.tsx';
import { SizePicker } from './SizePicker.tsx';
import type { CreateForm } from './use-create-form.ts';
import classes from './SettingsPanel.module.css';

interface SettingsPanelProps {
  readonly form: Pick<CreateForm, 'models' | 'model'>;
  /** Seed of the last picture, offered when the seed is locked. */
  readonly lastSeed: string | undefined;
}

/**
 * Settings in two levels: what everybody needs, and every number behind one click. On a phone all of
 * them are, so that the picture stands right below the prompt.
 */
export function SettingsPanel(props: SettingsPanelProps) {
  const { t } = useTranslation('create');
  const isPhone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const { model, width, height, count } = useDraftStore(({ draft }) => draft.input);
  if (!isPhone) return <Settings {...props} />;
  return (
    <details className={classes.phone}>
      <summary className={classes.summary}>
        {t('settings')}
        <span className={classes.now}>
          {[model, `${width} × ${height}`, t('cost.pictures', { count })].filter(Boolean).join(' · ')}
        </span>
      </summary>
      <Settings {...props} />
    </details>
  );
}

function Settings({ form, lastSeed }: SettingsPanelProps) {
  return (
    <div className={classes.root}>
      <ModelPicker models={form.models} model={form.model} />
      <SizePicker model={form.model} />
      {form.model === undefined ? null : <QualityPicker model={form.model} />}
      <CountField />
      <FullSettings lastSeed={lastSeed} />
    </div>
  );
}
