import { useTranslation } from 'react-i18next';
import { samplerNames } from '#shared/horde/requests/names.ts';
import { Select, Switch } from '#ui/ui/controls.ts';
import { limits } from './draft.ts';
import { setFields, useDraftStore } from './draft-store.ts';
import { NumberField } from './NumberField.tsx';
import { SeedField } from './SeedField.tsx';
import { SizeFields } from './SizeFields.tsx';
import { useRememberedFlag } from './use-remembered-flag.ts';
import classes from './FullSettings.module.css';

/** Every number of a request, behind one click. */
export function FullSettings({ lastSeed }: { readonly lastSeed: string | undefined }) {
  const { t } = useTranslation('create');
  const [isOpen, setIsOpen] = useRememberedFlag('yurt.create.full');
  return (
    <details className={classes.root} open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className={classes.summary}>{t('full')}</summary>
      <div className={classes.fields}>
        <SizeFields />
        <Sampling />
        <SeedField lastSeed={lastSeed} />
      </div>
    </details>
  );
}

function Sampling() {
  const { t } = useTranslation('create');
  const input = useDraftStore(({ draft }) => draft.input);
  // A draft may come from a horde that knows more samplers than this list.
  const samplers = [...new Set<string>([...samplerNames, input.sampler])];
  return (
    <>
      <div className={classes.pair}>
        <NumberField
          label={t('steps')}
          value={input.steps}
          {...limits.steps}
          onChange={(steps) => setFields({ steps })}
        />
        <NumberField
          label={t('guidance')}
          value={input.cfgScale}
          {...limits.cfgScale}
          onChange={(cfgScale) => setFields({ cfgScale })}
        />
      </div>
      <Select
        label={t('sampler')}
        data={samplers}
        value={input.sampler}
        allowDeselect={false}
        onChange={(sampler) => sampler !== null && setFields({ sampler })}
      />
      <Switch
        label={t('karras.label')}
        description={t('karras.help')}
        classNames={{ description: classes.help }}
        checked={input.karras}
        onChange={(event) => setFields({ karras: event.currentTarget.checked })}
      />
    </>
  );
}
