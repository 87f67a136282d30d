// Rows that are drawn at their own places cannot be a <table>, whose meaning browsers drop when it is laid out anew.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useLayoutEffect,
  useRef,
} from 'react';
import { useTranslation } from 'react-i18next';
import { undoLastBin, useViewedImageId } from '#ui/studio/viewer/index.ts';
import { useId, VisuallyHidden } from '#ui/ui/controls.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { dayTitle } from './days.ts';
import { movedFocus } from './grid-keys.ts';
import { type GridRow, rowOfPicture } from './grid-layout.ts';
import { allOf, extended, noSelection, type Selection, toggled } from './selection.ts';
import { Tile } from './Tile.tsx';
import type { ActivePicture } from './use-active-picture.ts';
import { useFollowViewer } from './use-follow-viewer.ts';
import { useGridWindow } from './use-grid-window.ts';
import { useToday } from './use-today.ts';
import classes from './PictureGrid.module.css';

interface PictureGridProps {
  readonly label: string;
  readonly images: readonly GalleryImage[];
  readonly hasMore: boolean;
  readonly active: ActivePicture;
  readonly selection: Selection;
  /** A click selects instead of opening. */
  readonly isSelecting: boolean;
  /** Whether letters alone may act (WCAG 2.1.4). */
  readonly hasSingleKeys: boolean;
  readonly onSelect: (selection: Selection) => void;
  readonly onStopSelecting: () => void;
  readonly onOpen: (image: GalleryImage) => void;
  readonly onSave: (ids: readonly string[]) => void;
  readonly onRemove: (ids: readonly string[]) => void;
  /** Asks for the next page; called again and again while the end is near. */
  readonly onNearEnd: () => void;
  readonly children?: ReactNode;
}

/** The pictures under their days. Only the rows around the view are in the page. */
export function PictureGrid(props: PictureGridProps) {
  const { label, images, hasMore, active, selection, onNearEnd } = props;
  const { t, i18n } = useTranslation('gallery');
  const keysId = useId();
  const today = useToday();
  const { scrollerRef, contentRef, onScroll, reveal, ...view } = useGridWindow(images);
  const { layout, measure } = view;
  const activeRow = rowOfPicture(layout, active.index);
  useFollowViewer(useViewedImageId(), images, active, reveal);

  const hasFocus = useRef(false);
  useLayoutEffect(() => {
    const id = active.image?.id;
    // A tile that moves to another row is made anew, and would take the focus with it into nothing.
    const isLost = hasFocus.current && document.activeElement === document.body;
    if (id === undefined || (!active.takeFocusRequest() && !isLost)) return;
    contentRef.current
      ?.querySelector<HTMLElement>(`[data-image-id="${CSS.escape(id)}"]`)
      ?.focus({ preventScroll: true });
  });
  useLayoutEffect(() => {
    if (view.isNearEnd && hasMore) onNearEnd();
  });

  const moveTo = (index: number, isExtending: boolean): void => {
    const image = images[index];
    if (image === undefined) return;
    reveal(index);
    active.set(index, true);
    if (isExtending) {
      const from = selection.anchorId ?? active.image?.id;
      props.onSelect(extended({ ...selection, anchorId: from }, image.id, images));
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const moved = event.altKey
      ? undefined
      : movedFocus(event.key, active.index, layout, images.length, view.pageRows);
    if (moved !== undefined) {
      moveTo(moved, event.shiftKey);
    } else if (!runKey(event, props)) {
      return;
    }
    event.preventDefault();
  };

  const indexAt = (target: EventTarget): number => {
    const tile = target instanceof Element ? target.closest<HTMLElement>('[data-image-id]') : null;
    return tile === null ? -1 : images.findIndex((image) => image.id === tile.dataset['imageId']);
  };

  const onFocus = (event: FocusEvent): void => {
    hasFocus.current = true;
    // A screen reader may move the focus by itself.
    const index = indexAt(event.target);
    if (index !== -1 && index !== active.index) active.set(index, false);
  };

  const onClick = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const index = indexAt(event.target);
    const image = images[index];
    if (image === undefined) return;
    active.set(index, true);
    if (event.shiftKey) props.onSelect(extended(selection, image.id, images));
    else if (props.isSelecting || event.ctrlKey || event.metaKey || target?.closest('[data-select]')) {
      props.onSelect(toggled(selection, image.id));
    } else props.onOpen(image);
  };

  const words = { today: t('today'), yesterday: t('yesterday') };
  const drawRow = (row: GridRow, at: number): ReactNode =>
    row.kind === 'heading' ? (
      <div
        key={`day ${row.day} ${row.start}`}
        role="row"
        aria-rowindex={at + 1}
        className={classes.row}
        style={{ top: row.top, height: measure.headingHeight }}
      >
        <span role="rowheader" aria-colspan={measure.columns} className={classes.day}>
          {dayTitle(row.day, today, i18n.language, words)}
        </span>
      </div>
    ) : (
      <div
        key={images[row.start]?.id}
        role="row"
        aria-rowindex={at + 1}
        className={classes.row}
        style={{
          top: row.top,
          height: measure.tile,
          gap: measure.gap,
          gridTemplateColumns: `repeat(${measure.columns}, ${measure.tile}px)`,
        }}
      >
        {images.slice(row.start, row.end).map((image, offset) => (
          <Tile
            key={image.id}
            image={image}
            isActive={row.start + offset === active.index}
            isSelected={selection.ids.has(image.id)}
          />
        ))}
      </div>
    );

  const drawn = layout.rows.slice(view.from, view.to).map((row, offset) => drawRow(row, view.from + offset));
  // The active row stays in the page out of sight too: it holds the focus.
  const row = activeRow < view.from || activeRow >= view.to ? layout.rows[activeRow] : undefined;
  if (row !== undefined) {
    if (activeRow < view.from) drawn.unshift(drawRow(row, activeRow));
    else drawn.push(drawRow(row, activeRow));
  }
  return (
    <div ref={scrollerRef} className={classes.scroller} onScroll={onScroll}>
      <div
        ref={contentRef}
        role="grid"
        aria-label={label}
        aria-describedby={keysId}
        tabIndex={-1}
        aria-multiselectable="true"
        aria-rowcount={hasMore ? -1 : layout.rows.length}
        aria-colcount={measure.columns}
        className={classes.grid}
        data-selecting={props.isSelecting}
        style={{ height: layout.height }}
        onClick={onClick}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onBlur={(event) => {
          hasFocus.current = event.currentTarget.contains(event.relatedTarget);
        }}
      >
        {drawn}
      </div>
      <VisuallyHidden id={keysId}>{t('keys')}</VisuallyHidden>
      {props.children}
    </div>
  );
}

/** Does what a key other than those that move does; false when it does nothing. */
function runKey(event: KeyboardEvent, props: PictureGridProps): boolean {
  const { active, selection, images } = props;
  const { image } = active;
  const isCommand = event.ctrlKey || event.metaKey;
  if (image === undefined || event.altKey) return false;
  const meant = selection.ids.size > 0 ? [...selection.ids] : [image.id];
  if (isCommand) {
    if (event.shiftKey) return false;
    if (event.key === 'a') props.onSelect(allOf(images));
    else if (event.key === 'z') return undoLastBin();
    else return false;
    return true;
  }
  switch (event.key) {
    case 'Enter':
      props.onOpen(image);
      return true;
    case ' ':
      props.onSelect(event.shiftKey ? extended(selection, image.id, images) : toggled(selection, image.id));
      return true;
    case 'Delete':
      props.onRemove(meant);
      return true;
    case 's':
      if (!props.hasSingleKeys) return false;
      props.onSave(meant);
      return true;
    case 'Escape':
      if (selection.ids.size === 0 && !props.isSelecting) return false;
      props.onSelect(noSelection);
      props.onStopSelecting();
      return true;
    default:
      return false;
  }
}
