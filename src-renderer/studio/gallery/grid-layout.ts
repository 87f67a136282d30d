/** Sizes of the grid, in CSS pixels. */
export interface GridMeasure {
  readonly columns: number;
  /** Side of a tile, which is square. */
  readonly tile: number;
  readonly gap: number;
  readonly headingHeight: number;
}

interface HeadingRow {
  readonly kind: 'heading';
  readonly top: number;
  /** Index of its first picture. */
  readonly start: number;
  /** Start of the day in milliseconds since the epoch. */
  readonly day: number;
}

/** Pictures `start` to before `end` beside each other. */
export interface TileRow {
  readonly kind: 'tiles';
  readonly top: number;
  readonly start: number;
  readonly end: number;
}

export type GridRow = HeadingRow | TileRow;

/** Every row of the grid with its place; only those in view are drawn. */
export interface GridLayout {
  readonly rows: readonly GridRow[];
  readonly height: number;
}

const leastTile = { narrow: 104, wide: 168 };
const narrowBelow = 600;

/** How many tiles of which size fit into a width: at least three on a phone. */
export function measureGrid(width: number): GridMeasure {
  const isNarrow = width < narrowBelow;
  const gap = isNarrow ? 4 : 8;
  const least = isNarrow ? leastTile.narrow : leastTile.wide;
  const columns = Math.max(2, Math.floor((width + gap) / (least + gap)));
  return { columns, tile: (width - gap * (columns - 1)) / columns, gap, headingHeight: 44 };
}

/**
 * Lays pictures out, newest first, under a heading for each day. Takes one step for each picture and
 * asks `dayStart` only where a day begins, so that 50,000 cost a few milliseconds.
 */
export function layoutGrid(
  images: readonly { readonly createdAt: number }[],
  measure: GridMeasure,
  dayStart: (epochMs: number) => number,
): GridLayout {
  const rows: GridRow[] = [];
  let top = 0;
  for (let start = 0; start < images.length;) {
    const day = dayStart(images[start]?.createdAt ?? 0);
    let end = start + 1;
    while (end < images.length && (images[end]?.createdAt ?? 0) >= day) end += 1;
    rows.push({ kind: 'heading', top, start, day });
    top += measure.headingHeight;
    for (let at = start; at < end; at += measure.columns) {
      rows.push({ kind: 'tiles', top, start: at, end: Math.min(at + measure.columns, end) });
      top += measure.tile + measure.gap;
    }
    start = end;
  }
  return { rows, height: top };
}

/** Number of rows whose `isBefore` holds: rows are sorted by it. */
function countBefore(rows: readonly GridRow[], isBefore: (row: GridRow) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && isBefore(row)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows `from` to before `to` that touch the span between two heights. */
export function rowsBetween(layout: GridLayout, top: number, bottom: number): { from: number; to: number } {
  const from = Math.max(0, countBefore(layout.rows, (row) => row.top <= top) - 1);
  return {
    from,
    to: Math.max(
      from,
      countBefore(layout.rows, (row) => row.top < bottom),
    ),
  };
}

/** Index in `rows` of the row that holds a picture; -1 when there is none. */
export function rowOfPicture(layout: GridLayout, index: number): number {
  // A heading begins with the same picture as the row after it, which is the later of the two.
  const at = countBefore(layout.rows, (row) => row.start <= index) - 1;
  const row = layout.rows[at];
  return row?.kind === 'tiles' && index < row.end ? at : -1;
}
