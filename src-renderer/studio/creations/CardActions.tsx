import { useTranslation } from 'react-i18next';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { useViewer } from '#ui/studio/viewer/index.ts';
import { Button } from '#ui/ui/controls.ts';
import { actionWords, type CreationAction, creationStates, missingCount } from './creation-states.ts';
import type { CreationActions } from './use-creation-actions.ts';
import classes from './RequestCard.module.css';

interface CardActionsProps {
  readonly creation: Creation;
  readonly actions: CreationActions;
}

/** The buttons of a card. Taking the card away is not among them: it has its place in the corner. */
export function CardActions({ creation, actions }: CardActionsProps) {
  const { t } = useTranslation('creations');
  const viewer = useViewer();
  const first = creation.imageIds[0];
  const run: Record<Exclude<CreationAction, 'remove'>, () => void> = {
    open: () => first !== undefined && viewer.open(first),
    again: () => actions.again(creation),
    retry: () => actions.retry(creation),
    cancel: () => actions.cancel(creation),
    edit: () => actions.edit(creation),
  };
  const offered = creationStates[creation.state].actions
    .filter((action) => action !== 'remove')
    .filter((action) => action !== 'open' || first !== undefined);
  return (
    <div className={classes.actions}>
      {offered.map((action, at) => (
        <Button
          key={action}
          size="compact-sm"
          color="gray"
          variant={at === 0 ? 'default' : 'subtle'}
          onClick={run[action]}
        >
          {t(`action.${actionWords(action, creation)}`, { count: missingCount(creation) })}
        </Button>
      ))}
    </div>
  );
}
