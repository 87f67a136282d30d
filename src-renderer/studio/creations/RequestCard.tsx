import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { CloseButton, useHotkeys } from '#ui/ui/controls.ts';
import { formatKudos } from '#ui/ui/format.ts';
import { CardActions } from './CardActions.tsx';
import { CardPictures } from './CardPictures.tsx';
import { CardProblems } from './CardProblems.tsx';
import { creationStates } from './creation-states.ts';
import { ProgressBar } from './ProgressBar.tsx';
import { StateLine } from './StateLine.tsx';
import { useCreationActions } from './use-creation-actions.ts';
import classes from './RequestCard.module.css';

interface RequestCardProps {
  readonly creation: Creation;
  /** Brings the settings of the request back into the form. */
  readonly onEdit: (creation: Creation) => void;
}

/** A request as every screen shows it: state, bar, pictures, cost and the ways out (`ux.md` 2.2). */
export function RequestCard({ creation, onEdit }: RequestCardProps) {
  const { t } = useTranslation('creations');
  const actions = useCreationActions(onEdit);
  const { input, state } = creation;
  const row = creationStates[state];
  const card = useRef<HTMLElement>(null);
  useHotkeys([
    [
      'mod+.',
      () => {
        const isFocused = card.current?.contains(document.activeElement) === true;
        if (isFocused && row.actions.includes('cancel')) actions.cancel(creation);
      },
    ],
  ]);
  return (
    <article
      ref={card}
      className={classes.card}
      data-state={state}
      aria-label={t('label', { count: input.count, prompt: input.prompt })}
    >
      <header className={classes.head}>
        <h3 className={classes.prompt} title={input.prompt} dir="auto">
          {input.count > 1 ? `${input.count} × ` : ''}
          {input.prompt}
        </h3>
        {row.actions.includes('remove') ? (
          <CloseButton
            size="sm"
            aria-label={t('action.remove')}
            title={t('action.remove')}
            onClick={() => actions.remove(creation)}
          />
        ) : null}
      </header>
      <p className={classes.facts}>
        {input.model} · {input.width}×{input.height}
      </p>
      <StateLine creation={creation} />
      <ProgressBar creation={creation} />
      <CardPictures creation={creation} />
      <CardProblems creation={creation} actions={actions} />
      <footer className={classes.foot}>
        <CardKudos creation={creation} />
        <CardActions creation={creation} actions={actions} />
      </footer>
    </article>
  );
}

function CardKudos({ creation }: { readonly creation: Creation }) {
  const { t, i18n } = useTranslation('creations');
  const { expected, used } = creation.kudos;
  const words = [
    expected === null ? undefined : t('kudos.expected', { kudos: formatKudos(expected, i18n.language) }),
    used === 0 ? undefined : t('kudos.used', { kudos: formatKudos(used, i18n.language) }),
  ].filter((part) => part !== undefined);
  return words.length === 0 ? null : <span className={classes.kudos}>{words.join(' · ')}</span>;
}
