import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadWindowState, placeWindow, saveWindowState, smallest } from './window-state.ts';

const screenArea = { x: 0, y: 25, width: 1920, height: 1055 };
const state = { x: 200, y: 100, width: 1300, height: 900, isMaximized: false };

describe('placeWindow', () => {
  it('puts the window back where a display shows it', () => {
    expect(placeWindow(state, [screenArea])).toEqual({ x: 200, y: 100, width: 1300, height: 900 });
  });

  it('leaves the place to the system when its display is gone, and keeps the size', () => {
    const onSecond = { ...state, x: 2200 };
    expect(placeWindow(onSecond, [screenArea, { ...screenArea, x: 1920 }])).toMatchObject({ x: 2200 });
    expect(placeWindow(onSecond, [screenArea])).toEqual({ width: 1300, height: 900 });
  });

  it('does not restore a title bar that nobody can grasp', () => {
    expect(placeWindow({ ...state, x: 1850 }, [screenArea])).not.toHaveProperty('x');
    expect(placeWindow({ ...state, y: -10 }, [screenArea])).not.toHaveProperty('x');
    expect(placeWindow({ ...state, y: 1070 }, [screenArea])).not.toHaveProperty('x');
  });

  it('never makes a window smaller than the interface bears, whatever was kept', () => {
    const number = fc.integer({ min: -40_000, max: 40_000 });
    const side = fc.integer({ min: 1, max: 32_767 });
    fc.assert(
      fc.property(number, number, side, side, (x, y, width, height) => {
        const placed = placeWindow({ x, y, width, height, isMaximized: true }, [screenArea]);
        expect(placed.width).toBeGreaterThanOrEqual(smallest.width);
        expect(placed.height).toBeGreaterThanOrEqual(smallest.height);
      }),
    );
  });

  it('has a size for the first start', () => {
    expect(placeWindow(undefined, [screenArea])).toEqual({ width: 1280, height: 860 });
  });
});

describe('the file of the window state', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'yurt-window-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives back what was saved', () => {
    const file = join(folder, 'below', 'window.json');
    saveWindowState(file, { ...state, isMaximized: true });
    expect(loadWindowState(file)).toEqual({ ...state, isMaximized: true });
  });

  it.each([
    '',
    '{',
    'null',
    '{"x":1}',
    '{"x":0,"y":0,"width":0,"height":5,"isMaximized":false}',
    '{"x":"1"}',
  ])('takes %j for no state', (text) => {
    const file = join(folder, 'window.json');
    writeFileSync(file, text);
    expect(loadWindowState(file)).toBeUndefined();
  });

  it('is no reason to fail when it cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    saveWindowState(join(folder, 'file', 'window.json'), state);
    expect(loadWindowState(join(folder, 'file', 'window.json'))).toBeUndefined();
  });
});
