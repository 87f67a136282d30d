import { type GridLayout, rowOfPicture, type TileRow } from './grid-layout.ts';

/** Row of tiles `step` away in rows of tiles; the last one there is when that is too far. */
function tileRowFrom(layout: GridLayout, from: number, step: number): TileRow | undefined {
  const direction = Math.sign(step);
  let left = Math.abs(step);
  let found: TileRow | undefined;
  for (let at = from + direction; left > 0; at += direction) {
    const row = layout.rows[at];
    if (row === undefined) break;
    if (row.kind !== 'tiles') continue;
    found = row;
    left -= 1;
  }
  return found;
}

/**
 * Picture that a key moves the focus to (`ux.md` 2.8), the same one at an edge; `undefined` for keys
 * that do not move. `pageRows` is the number of rows that PageUp and PageDown go.
 */
export function movedFocus(
  key: string,
  index: number,
  layout: GridLayout,
  count: number,
  pageRows: number,
): number | undefined {
  const vertical = { ArrowUp: -1, ArrowDown: 1, PageUp: -pageRows, PageDown: pageRows };
  if (key === 'ArrowLeft') return Math.max(0, index - 1);
  if (key === 'ArrowRight') return Math.min(count - 1, index + 1);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (!isKeyOf(vertical, key)) return undefined;
  const at = rowOfPicture(layout, index);
  const row = layout.rows[at];
  const target = tileRowFrom(layout, at, vertical[key]);
  if (row?.kind !== 'tiles' || target === undefined) return index;
  return Math.min(target.end - 1, target.start + index - row.start);
}

function isKeyOf<T extends object>(object: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(object, key);
}
