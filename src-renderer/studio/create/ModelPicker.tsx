import { useTranslation } from 'react-i18next';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import { Button, Select, Skeleton } from '#ui/ui/controls.ts';
import { useEtaWords } from '#ui/ui/use-eta-words.ts';
import { chooseModel, undoModelChange, useDraftStore } from './draft-store.ts';
import { fieldIds } from './fields.ts';
import classes from './ModelPicker.module.css';

/** From so many models on, typing finds one sooner than looking. */
const searchFrom = 8;

interface ModelPickerProps {
  readonly models: readonly StudioModel[] | undefined;
  readonly model: StudioModel | undefined;
}

/** The model, how many workers have it and how long they need. */
export function ModelPicker({ models, model }: ModelPickerProps) {
  const { t } = useTranslation('create');
  const name = useDraftStore(({ draft }) => draft.input.model);
  if (models === undefined) {
    return (
      <div className={classes.root}>
        <span className={classes.label}>{t('model.label')}</span>
        <Skeleton height={36} />
      </div>
    );
  }
  const names = models.map((other) => other.name);
  const data = name === '' || names.includes(name) ? names : [name, ...names];
  return (
    <div className={classes.root}>
      <Select
        id={fieldIds.model}
        label={t('model.label')}
        placeholder={t('model.none')}
        data={data}
        value={name === '' ? null : name}
        allowDeselect={false}
        searchable={data.length >= searchFrom}
        nothingFoundMessage={t('model.notFound')}
        disabled={data.length === 0}
        onChange={(value) => {
          const next = models.find((other) => other.name === value);
          if (next !== undefined) chooseModel(next);
        }}
        renderOption={({ option }) => (
          <ModelOption name={option.value} model={models.find((other) => other.name === option.value)} />
        )}
      />
      {model === undefined ? null : <ModelFacts model={model} />}
      <ModelChange />
    </div>
  );
}

function ModelOption({ name, model }: { readonly name: string; readonly model: StudioModel | undefined }) {
  return (
    <span className={classes.option}>
      <span>{name}</span>
      {model === undefined ? null : <ModelFacts model={model} />}
    </span>
  );
}

function ModelFacts({ model }: { readonly model: StudioModel }) {
  const { t } = useTranslation('create');
  const eta = useEtaWords();
  const facts = [
    t('model.workers', { count: model.workers }),
    model.workers > 0 ? eta(model.etaSeconds) : undefined,
    model.isLocal ? t('model.local') : undefined,
  ];
  return (
    <span className={classes.facts} data-on={model.workers > 0}>
      <span className={classes.dot} aria-hidden="true" />
      {facts.filter((fact) => fact !== undefined).join(' · ')}
    </span>
  );
}

/** What a change of model has set, in one line that takes it back. */
function ModelChange() {
  const { t } = useTranslation('create');
  const change = useDraftStore(({ modelChange }) => modelChange);
  if (change === undefined) return null;
  const fields = new Set(change.changed.map((field) => (field === 'height' ? 'width' : field)));
  const names = [...fields].map((field) => t(`model.field.${field}`));
  return (
    <output className={classes.change}>
      {t('model.changed', { fields: names.join(', ') })}
      <Button size="compact-xs" variant="subtle" onClick={undoModelChange}>
        {t('model.undo')}
      </Button>
    </output>
  );
}
