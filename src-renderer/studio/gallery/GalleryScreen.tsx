import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { galleryQuery } from '#ui/api/queries.ts';
import { Button, SegmentedControl, Title } from '#ui/ui/controls.ts';
import { IconSquareCheck } from '#ui/ui/icons.ts';
import { Shelf } from './Shelf.tsx';
import classes from './GalleryScreen.module.css';

/** Every picture, newest first, and the bin (`ux.md` 2.8). Fills its place and scrolls inside it. */
export function GalleryScreen() {
  const { t } = useTranslation('gallery');
  const navigate = useNavigate();
  const [isBin, setIsBin] = useState(false);
  const [isSelecting, setIsSelecting] = useState(false);
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <Title order={1} size="h3" tabIndex={-1}>
          {t('title')}
        </Title>
        <Count isBin={isBin} />
        <span className={classes.space} />
        <SegmentedControl
          aria-label={t('view')}
          value={isBin ? 'bin' : 'all'}
          data={[
            { value: 'all', label: t('all') },
            { value: 'bin', label: t('bin') },
          ]}
          onChange={(value) => {
            setIsBin(value === 'bin');
            setIsSelecting(false);
          }}
        />
        <Button
          variant={isSelecting ? 'light' : 'default'}
          leftSection={<IconSquareCheck size={18} />}
          aria-pressed={isSelecting}
          onClick={() => setIsSelecting(!isSelecting)}
        >
          {t('select')}
        </Button>
      </header>
      <Shelf
        key={String(isBin)}
        isBin={isBin}
        isSelecting={isSelecting}
        onStopSelecting={() => setIsSelecting(false)}
        onLeaveEmpty={() => (isBin ? setIsBin(false) : void navigate({ to: '/' }))}
      />
    </div>
  );
}

function Count({ isBin }: { readonly isBin: boolean }) {
  const { t, i18n } = useTranslation('gallery');
  const total = useInfiniteQuery(galleryQuery(isBin)).data?.pages[0]?.total;
  if (total === undefined || total === 0) return null;
  return (
    <p className={classes.count} aria-live="polite">
      {t('count', { count: total, shown: total.toLocaleString(i18n.language) })}
    </p>
  );
}
