import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { VisuallyHidden } from '#ui/ui/controls.ts';
import { announce, type Memory, rememberQuietly } from './announcements.ts';
import { useStateWords } from './use-state-words.ts';

/** Reads out what becomes of requests: politely, and at once where one has failed (`ux.md` 4.6). */
export function CreationAnnouncer({ creations }: { readonly creations: readonly Creation[] | undefined }) {
  const { polite, urgent } = useAnnouncements(creations);
  return (
    <VisuallyHidden>
      <output>{polite}</output>
      <div role="alert">{urgent}</div>
    </VisuallyHidden>
  );
}

function useAnnouncements(creations: readonly Creation[] | undefined): { polite: string; urgent: string } {
  const { t } = useTranslation('creations');
  const words = useStateWords();
  const memory = useRef<Memory | undefined>(undefined);
  const [said, setSaid] = useState({ polite: '', urgent: '' });
  const [turn, setTurn] = useState(0);
  const sentence = useRef((_creation: Creation): string => '');
  useEffect(() => {
    sentence.current = (creation) => t('announce', { words: words(creation), prompt: creation.input.prompt });
  });
  useEffect(() => {
    if (creations === undefined) return undefined;
    memory.current ??= rememberQuietly(creations);
    const next = announce(memory.current, creations, performance.now());
    memory.current = next.memory;
    const join = (isUrgent: boolean): string =>
      next.due
        .filter((creation) => (creation.state === 'failed') === isUrgent)
        .map((creation) => sentence.current(creation))
        .join(' ');
    if (next.due.length > 0) setSaid({ polite: join(false), urgent: join(true) });
    if (next.againInMs === undefined) return undefined;
    const timer = window.setTimeout(() => setTurn((before) => before + 1), next.againInMs);
    return () => window.clearTimeout(timer);
  }, [creations, turn]);
  return said;
}
