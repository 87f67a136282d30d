import { useState } from 'react';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { Progress } from '#ui/ui/controls.ts';
import { creationStates } from './creation-states.ts';
import { barPercent } from './progress.ts';
import { useStateWords } from './use-state-words.ts';

/** The greatest value so far: bars never run backwards (`ux.md` 4.1). */
function useGreatest(value: number): number {
  const [greatest, setGreatest] = useState(value);
  if (value > greatest) setGreatest(value);
  return Math.max(value, greatest);
}

/** How far a creation is, while that can be said: thin for a place in the line, full size for work. */
export function ProgressBar({ creation }: { readonly creation: Creation }) {
  const words = useStateWords();
  const { bar, tone } = creationStates[creation.state];
  const longestQueue = useGreatest(creation.progress.queuePosition);
  const percent = barPercent(creation, longestQueue);
  const work = useGreatest(bar === 'work' && percent !== undefined ? percent : 0);
  if (percent === undefined) return null;
  return (
    <Progress.Root size={bar === 'queue' ? 3 : 6} transitionDuration={120}>
      <Progress.Section
        value={Math.round(bar === 'work' ? work : percent)}
        color={`var(--yurt-${tone})`}
        aria-label={words(creation)}
      />
    </Progress.Root>
  );
}
