import { type KeyboardEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useImageActions } from '#ui/studio/viewer/index.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import type { Selection, StageSubject } from './stage-subject.ts';
import { CreationTile, ImageTile } from './StripTiles.tsx';
import { useAgain } from './use-again.ts';
import classes from './Strip.module.css';

interface StripProps {
  /** Requests that run and the newest pictures, newest first. */
  readonly creations: readonly Creation[];
  readonly images: readonly GalleryImage[];
  readonly subject: StageSubject;
  readonly onSelect: (selection: Selection) => void;
}

/** Where an arrow leads among `length` tiles; `undefined` for every other key. */
export function stripMove(key: string, at: number, length: number): number | undefined {
  const last = length - 1;
  if (key === 'ArrowRight') return Math.min(at + 1, last);
  if (key === 'ArrowLeft') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? last : undefined;
}

/** Id of what the stage shows. */
function idOf(subject: StageSubject): string | undefined {
  if (subject.kind === 'nothing') return undefined;
  return subject.kind === 'image' ? subject.image.id : subject.creation.id;
}

/** What was made last, as one row; one tile of it is in the order of the Tab key. */
export function Strip({ creations, images, subject, onSelect }: StripProps) {
  const { t } = useTranslation('create');
  const row = useRef<HTMLUListElement>(null);
  const onKeyDown = useStripKeys(() => [...(row.current?.querySelectorAll('button') ?? [])], subject);
  const ids = [...creations, ...images].map(({ id }) => id);
  const shownId = idOf(subject);
  const tabId = shownId !== undefined && ids.includes(shownId) ? shownId : ids[0];
  if (ids.length === 0) return null;
  const tileProps = (kind: Selection['kind'], id: string) => ({
    isShown: id === shownId,
    tabIndex: id === tabId ? 0 : -1,
    onKeyDown,
    onSelect: () => onSelect({ kind, id }),
  });
  return (
    <ul className={classes.row} ref={row} aria-label={t('strip.label')}>
      {creations.map((creation) => (
        <li key={creation.id}>
          <CreationTile creation={creation} {...tileProps('creation', creation.id)} />
        </li>
      ))}
      {images.map((image) => (
        <li key={image.id}>
          <ImageTile image={image} {...tileProps('image', image.id)} />
        </li>
      ))}
    </ul>
  );
}

/**
 * Keys of a tile: arrows move and show on the stage, R makes one more, Delete puts the picture in the
 * bin (`ux.md` 2.4). They act only while a tile has the focus.
 */
function useStripKeys(
  tilesNow: () => readonly HTMLButtonElement[],
  subject: StageSubject,
): (event: KeyboardEvent) => void {
  const actions = useImageActions();
  const again = useAgain();
  const remove = async (image: GalleryImage, at: number): Promise<void> => {
    await actions.bin([image.id]);
    // On to the tile that took its place, so that the keyboard does not lose its way.
    const tiles = tilesNow();
    tiles[Math.min(at, tiles.length - 1)]?.focus();
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const tiles = tilesNow();
    const at = tiles.findIndex((tile) => tile === event.currentTarget);
    const next = stripMove(event.key, at, tiles.length);
    if (next !== undefined) {
      event.preventDefault();
      tiles[next]?.focus();
    } else if (subject.kind === 'image' && event.key.toLowerCase() === 'r') again(subject.image);
    else if (subject.kind === 'image' && event.key === 'Delete') void remove(subject.image, at);
  };
}
