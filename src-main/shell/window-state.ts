import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Rectangle } from 'electron';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

const WindowState = Type.Object({
  x: Type.Integer(),
  y: Type.Integer(),
  width: Type.Integer({ minimum: 1, maximum: 32_767 }),
  height: Type.Integer({ minimum: 1, maximum: 32_767 }),
  isMaximized: Type.Boolean(),
});
/** Where the window stood when it was last seen; size and place are those of the unmaximized window. */
export type WindowState = Static<typeof WindowState>;

/** Smallest and first size of the window (`ux.md` 4.8). */
export const smallest = { width: 1024, height: 700 };
const first = { width: 1280, height: 860 };
/** What must lie on a display for a person to be able to grasp the window: a piece of its title bar. */
const grip = { width: 120, height: 32 };

/** Options of a new window: a place only where a display still shows it, else its centre decides. */
export function placeWindow(
  state: WindowState | undefined,
  workAreas: readonly Rectangle[],
): Partial<Rectangle> & { width: number; height: number } {
  if (!state) return first;
  const size = {
    width: Math.max(state.width, smallest.width),
    height: Math.max(state.height, smallest.height),
  };
  const place = { ...size, x: state.x, y: state.y };
  return workAreas.some((area) => showsGrip(place, area)) ? place : size;
}

/** Whether enough of the window's upper edge lies in the area. */
function showsGrip(window: Rectangle, area: Rectangle): boolean {
  const seen = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const isEdgeInside = window.y >= area.y && window.y + grip.height <= area.y + area.height;
  return seen >= grip.width && isEdgeInside;
}

/** The state of the last run; undefined at the first, or when the file cannot be read. */
export function loadWindowState(file: string): WindowState | undefined {
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Value.Check(WindowState, state) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the state whole or not at all. A disk that takes no more costs the place of a window, no more. */
export function saveWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  } catch {
    return;
  }
}
