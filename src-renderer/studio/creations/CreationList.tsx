import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { Button } from '#ui/ui/controls.ts';
import { isRunning } from './progress.ts';
import { RequestCard } from './RequestCard.tsx';
import classes from './CreationList.module.css';

/** Ended requests shown before one asks for more; what runs is always shown. */
const endedShown = 6;

interface CreationListProps {
  readonly creations: readonly Creation[];
  readonly onEdit: (creation: Creation) => void;
}

/** The cards of requests, newest first. */
export function CreationList({ creations, onEdit }: CreationListProps) {
  const { t } = useTranslation('creations');
  const [isWhole, setIsWhole] = useState(false);
  const running = creations.filter(isRunning);
  const ended = creations.filter((creation) => !isRunning(creation));
  const shown = [...running, ...(isWhole ? ended : ended.slice(0, endedShown))];
  if (shown.length === 0) return <p className={classes.none}>{t('none')}</p>;
  return (
    <div className={classes.root}>
      {shown.map((creation) => (
        <RequestCard key={creation.id} creation={creation} onEdit={onEdit} />
      ))}
      {isWhole || ended.length <= endedShown ? null : (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => setIsWhole(true)}>
          {t('showEarlier', { count: ended.length - endedShown })}
        </Button>
      )}
    </div>
  );
}
