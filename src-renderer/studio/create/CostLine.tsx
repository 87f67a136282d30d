import { useTranslation } from 'react-i18next';
import { describeProblem, toProblem } from '#ui/studio/problems/index.ts';
import type { CreationEstimate } from '#shared/studio/creations/schema.ts';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import { Button } from '#ui/ui/controls.ts';
import { formatKudos } from '#ui/ui/format.ts';
import { useEtaWords } from '#ui/ui/use-eta-words.ts';
import { useDraftStore } from './draft-store.ts';
import { InfoPopover } from './InfoPopover.tsx';
import { useEstimate } from './use-estimate.ts';
import classes from './CostBar.module.css';

/** What a press of the button costs and how long it may take, before it is pressed (`ux.md` 4.4). */
export function CostLine({ model }: { readonly model: StudioModel | undefined }) {
  const { t } = useTranslation('create');
  const { t: tProblem } = useTranslation('problems');
  const eta = useEtaWords();
  const draft = useDraftStore((store) => store.draft);
  const { data, error, isOld } = useEstimate(draft);
  const wait = model === undefined ? undefined : eta(model.etaSeconds);
  return (
    <div className={classes.cost} data-old={isOld}>
      <span>{t('cost.pictures', { count: draft.input.count })}</span>
      {error !== null && !isOld ? (
        <span>{describeProblem(tProblem, toProblem(error)).what}</span>
      ) : data === undefined ? (
        <span>{t(draft.input.model === '' ? 'cost.unknown' : 'cost.asking')}</span>
      ) : (
        <span>
          <Price estimate={data} count={draft.input.count} />
        </span>
      )}
      {wait === undefined ? null : <span>{wait}</span>}
    </div>
  );
}

function Price({ estimate, count }: { readonly estimate: CreationEstimate; readonly count: number }) {
  const { t, i18n } = useTranslation('create');
  const kudos = formatKudos(estimate.kudos, i18n.language);
  const each = formatKudos(estimate.kudosPerImage, i18n.language);
  if (estimate.isFree) {
    return (
      <InfoPopover
        width={260}
        position="top"
        button={(props) => (
          <Button {...props} size="compact-sm" variant="subtle" className={classes.free}>
            {t('cost.free')}
          </Button>
        )}
      >
        {t('cost.freeDetails', { kudos })}
      </InfoPopover>
    );
  }
  if (count === 1) return t('cost.total', { kudos });
  return t('cost.many', { kudos, each });
}
