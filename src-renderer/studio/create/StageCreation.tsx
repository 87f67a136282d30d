import { useTranslation } from 'react-i18next';
import {
  CardActions,
  CardProblems,
  creationStates,
  PreviewImage,
  ProgressBar,
  StateLine,
  useCreationActions,
} from '#ui/studio/creations/index.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { useMediaQuery } from '#ui/ui/controls.ts';
import classes from './Stage.module.css';

interface StageCreationProps {
  readonly creation: Creation;
  readonly onEdit: (creation: Creation) => void;
}

/** A request at work: the picture as it grows, how far it is, and the ways out. */
export function StageCreation({ creation, onEdit }: StageCreationProps) {
  const { t } = useTranslation('create');
  const actions = useCreationActions(onEdit);
  // Where the cards stand beside the stage, they say what is wrong.
  const isBesideCards = useMediaQuery('(min-width: 80em)', false, { getInitialValueInEffect: false });
  const { input, progress, state } = creation;
  const Icon = creationStates[state].icon;
  return (
    <>
      <div className={classes.space}>
        {progress.previewUrl === null ? (
          <div className={classes.waiting} style={{ aspectRatio: `${input.width} / ${input.height}` }}>
            <Icon size={40} stroke={1.25} aria-hidden="true" />
          </div>
        ) : (
          <PreviewImage
            className={classes.picture}
            url={progress.previewUrl}
            alt={t('stage.preview', { prompt: input.prompt })}
            width={input.width}
            height={input.height}
          />
        )}
      </div>
      <div className={classes.below}>
        <p className={classes.prompt} dir="auto">
          {input.prompt}
        </p>
        <StateLine creation={creation} />
        <ProgressBar creation={creation} />
        {isBesideCards ? null : <CardProblems creation={creation} actions={actions} />}
        <CardActions creation={creation} actions={actions} />
      </div>
    </>
  );
}
