import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { dayStart } from './days.ts';
import {
  type GridLayout,
  type GridMeasure,
  layoutGrid,
  measureGrid,
  rowOfPicture,
  rowsBetween,
} from './grid-layout.ts';

/** Scrolling draws anew only when it has come this far, in pixels. */
const scrollStep = 120;

/** What of a long list of pictures is drawn now. */
export interface GridWindow {
  /** For the element that scrolls. */
  readonly scrollerRef: RefObject<HTMLDivElement | null>;
  /** For the element in it that is as wide as the rows. */
  readonly contentRef: RefObject<HTMLDivElement | null>;
  readonly layout: GridLayout;
  readonly measure: GridMeasure;
  /** Rows `from` to before `to` are drawn: those in view, and as much again above and below. */
  readonly from: number;
  readonly to: number;
  /** Whether less than three screens are left below. */
  readonly isNearEnd: boolean;
  /** Rows of tiles on one screen. */
  readonly pageRows: number;
  readonly onScroll: () => void;
  /** Scrolls as little as is needed to bring a picture into view. */
  readonly reveal: (index: number) => void;
}

interface Anchor {
  readonly id: string;
  /** Distance of its row below the top edge of the view. */
  readonly offset: number;
}

const noSize = { width: 0, height: 0 };

/**
 * Windowing by rows of known height: thousands of pictures cost no more nodes than two screens do.
 * What is in view stays where it is when pictures come in above, or the width changes.
 */
export function useGridWindow(images: readonly GalleryImage[]): GridWindow {
  const scrollerRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const size = useSize(scrollerRef, contentRef);
  const [top, setTop] = useState(0);
  const anchor = useRef<Anchor>(undefined);
  const measure = useMemo(() => measureGrid(size.width), [size.width]);
  const layout = useMemo(
    () => layoutGrid(size.width === 0 ? [] : images, measure, dayStart),
    [images, measure, size.width],
  );

  const onScroll = (): void => {
    const at = scrollerRef.current?.scrollTop ?? 0;
    anchor.current = anchorAt(layout, images, at);
    setTop(Math.floor(at / scrollStep) * scrollStep);
  };

  useLayoutEffect(() => {
    const box = scrollerRef.current;
    if (box === null) return;
    const moved = anchor.current === undefined ? undefined : placeOf(anchor.current, layout, images);
    if (moved !== undefined && moved !== box.scrollTop) {
      box.scrollTop = moved;
      setTop(Math.floor(moved / scrollStep) * scrollStep);
    }
    anchor.current = anchorAt(layout, images, box.scrollTop);
  }, [layout, images]);

  const rowHeight = measure.tile + measure.gap;
  return {
    scrollerRef,
    contentRef,
    layout,
    measure,
    ...rowsBetween(layout, top - size.height, top + scrollStep + 2 * size.height),
    isNearEnd: size.height > 0 && layout.height - top < 4 * size.height,
    pageRows: Math.max(1, Math.floor(size.height / rowHeight)),
    onScroll,
    reveal: (index) => {
      const box = scrollerRef.current;
      const row = layout.rows[rowOfPicture(layout, index)];
      if (box === null || row === undefined) return;
      // The heading above comes along, so that a first row is not seen without its day.
      const over = row.top - measure.headingHeight;
      const under = row.top + rowHeight - box.clientHeight;
      if (box.scrollTop > over) box.scrollTop = Math.max(0, over);
      else if (box.scrollTop < under) box.scrollTop = under;
    },
  };
}

/** The first picture in view; none at the very top, where new pictures are to be seen. */
function anchorAt(layout: GridLayout, images: readonly GalleryImage[], top: number): Anchor | undefined {
  if (top <= 0) return undefined;
  const { from, to } = rowsBetween(layout, top, top + 1000);
  const row = layout.rows.slice(from, to).find(({ kind }) => kind === 'tiles');
  const id = row === undefined ? undefined : images[row.start]?.id;
  return row === undefined || id === undefined ? undefined : { id, offset: row.top - top };
}

function placeOf(anchor: Anchor, layout: GridLayout, images: readonly GalleryImage[]): number | undefined {
  const row =
    layout.rows[
      rowOfPicture(
        layout,
        images.findIndex(({ id }) => id === anchor.id),
      )
    ];
  return row === undefined ? undefined : Math.max(0, row.top - anchor.offset);
}

/** Width that rows can take, height that is seen. */
function useSize(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>) {
  const [size, setSize] = useState(noSize);
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    const read = (): void => {
      const next = { width: content.current?.clientWidth ?? 0, height: box.clientHeight };
      setSize((now) => (now.width === next.width && now.height === next.height ? now : next));
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(box);
    return () => observer.disconnect();
  }, [scroller, content]);
  return size;
}
