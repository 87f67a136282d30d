import type { Creation } from '#shared/studio/creations/schema.ts';
import { useEtaWords } from '#ui/ui/use-eta-words.ts';
import { creationStates } from './creation-states.ts';
import { useStateWords } from './use-state-words.ts';
import classes from './StateLine.module.css';

/** A creation's state in icon, word and colour, and how long it may still take. */
export function StateLine({ creation }: { readonly creation: Creation }) {
  const words = useStateWords();
  const eta = useEtaWords();
  const row = creationStates[creation.state];
  return (
    <div className={classes.root} data-tone={row.tone}>
      <row.icon
        size={16}
        aria-hidden="true"
        className={row.isTurning === true ? classes.turning : classes.icon}
      />
      <span>{words(creation)}</span>
      {row.hasEta ? <span className={classes.eta}>{eta(creation.progress.etaSeconds)}</span> : null}
    </div>
  );
}
