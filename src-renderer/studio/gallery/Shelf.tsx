import { useInfiniteQuery } from '@tanstack/react-query';
import { Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { galleryQuery } from '#ui/api/queries.ts';
import { useHasSingleKeys } from '#ui/api/settings.ts';
import { EraseConfirm, useImageActions, useViewer } from '#ui/studio/viewer/index.ts';
import { Button } from '#ui/ui/controls.ts';
import { EmptyShelf, FailedShelf, LoadingShelf } from './shelf-states.tsx';
import { PictureGrid } from './PictureGrid.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { allOf, keptIn, noSelection } from './selection.ts';
import { indexOfHeir, useActivePicture } from './use-active-picture.ts';
import classes from './GalleryScreen.module.css';

interface ShelfProps {
  readonly isBin: boolean;
  readonly isSelecting: boolean;
  readonly onStopSelecting: () => void;
  /** Leaves an empty shelf for where there is something to do. */
  readonly onLeaveEmpty: () => void;
}

/** The pictures of the gallery, or those of the bin, and what is done with them. */
export function Shelf({ isBin, isSelecting, onStopSelecting, onLeaveEmpty }: ShelfProps) {
  const { t } = useTranslation('gallery');
  const query = useInfiniteQuery(galleryQuery(isBin));
  const { data, hasNextPage, isFetching, isFetchNextPageError } = query;
  const images = useMemo(() => data?.pages.flatMap((page) => page.images) ?? [], [data]);
  const [chosen, setSelection] = useState(noSelection);
  const selection = useMemo(() => keptIn(chosen, images), [chosen, images]);
  const [erasing, setErasing] = useState<readonly string[]>([]);
  const active = useActivePicture(images);
  const actions = useImageActions();
  const viewer = useViewer();
  const hasSingleKeys = useHasSingleKeys();

  if (data === undefined) {
    return query.isError ? (
      <FailedShelf error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <LoadingShelf />
    );
  }
  if (images.length === 0) {
    return hasNextPage ? <LoadingShelf /> : <EmptyShelf isBin={isBin} onLeave={onLeaveEmpty} />;
  }

  const selected = [...selection.ids];
  const endSelecting = (): void => {
    setSelection(noSelection);
    onStopSelecting();
  };
  const save = (ids: readonly string[]): void => {
    const wanted = new Set(ids);
    void actions.save(images.filter((image) => wanted.has(image.id)));
  };
  /** Does something that takes pictures out of this shelf; the focus goes to what is left. */
  const takeOut = (ids: readonly string[], act: (ids: readonly string[]) => Promise<void>): void => {
    active.set(indexOfHeir(images, new Set(ids), active.index), true);
    endSelecting();
    void act(ids);
  };
  const remove = (ids: readonly string[]): void => (isBin ? setErasing(ids) : takeOut(ids, actions.bin));

  return (
    <>
      <PictureGrid
        label={t(isBin ? 'binGrid' : 'grid')}
        images={images}
        hasMore={hasNextPage}
        active={active}
        selection={selection}
        isSelecting={isSelecting}
        hasSingleKeys={hasSingleKeys}
        onSelect={setSelection}
        onStopSelecting={onStopSelecting}
        onOpen={(image) => viewer.open(image.id)}
        onSave={save}
        onRemove={remove}
        onNearEnd={() => {
          if (!isFetching && !isFetchNextPageError) void query.fetchNextPage();
        }}
      >
        {isFetchNextPageError ? (
          <div className={classes.more} role="alert">
            {t('failedMore')}
            <Button variant="default" onClick={() => void query.fetchNextPage()}>
              {t('failed.retry')}
            </Button>
          </div>
        ) : null}
      </PictureGrid>
      {isSelecting || selected.length > 0 ? (
        <SelectionBar
          count={selected.length}
          isBin={isBin}
          onSave={() => save(selected)}
          onBin={() => takeOut(selected, actions.bin)}
          onRestore={() => takeOut(selected, actions.restore)}
          onErase={() => setErasing(selected)}
          onAll={() => setSelection(allOf(images))}
          onClear={endSelecting}
        />
      ) : null}
      {erasing.length > 0 ? (
        <Suspense fallback={null}>
          <EraseConfirm
            count={erasing.length}
            onCancel={() => setErasing([])}
            onConfirm={() => {
              setErasing([]);
              takeOut(erasing, actions.erase);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
