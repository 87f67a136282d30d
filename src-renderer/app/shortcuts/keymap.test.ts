import { describe, expect, it } from 'vitest';
import words from '#ui/locales/en/shell.json' with { type: 'json' };
import { actions, screenKeys } from './actions.ts';
import { createKeymap, type KeyContext, type PressedKey, strokesOf } from './keymap.ts';

const press = (key: string, changes: Partial<PressedKey> = {}): PressedKey => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  ...changes,
});
const page = (changes: Partial<KeyContext> = {}): KeyContext => ({
  isMac: false,
  isTyping: false,
  hasSingleKeys: true,
  nowMs: 0,
  ...changes,
});
const ctrl = { ctrlKey: true };

describe('createKeymap', () => {
  it('takes Ctrl, and ⌘ in its place on a Mac', () => {
    const find = createKeymap([{ id: 'x', keys: ['mod+1'] }]);
    expect(find(press('1', ctrl), page())).toBe('x');
    expect(find(press('1', { metaKey: true }), page())).toBeUndefined();
    expect(find(press('1', { metaKey: true }), page({ isMac: true }))).toBe('x');
    expect(find(press('1', ctrl), page({ isMac: true }))).toBeUndefined();
  });

  it('wants exactly the modifiers of the shortcut', () => {
    const find = createKeymap([{ id: 'x', keys: ['mod+shift+p'] }]);
    expect(find(press('P', { ...ctrl, shiftKey: true }), page())).toBe('x');
    expect(find(press('p', ctrl), page())).toBeUndefined();
    expect(find(press('P', { ...ctrl, shiftKey: true, altKey: true }), page())).toBeUndefined();
    expect(find(press('P', { shiftKey: true }), page())).toBeUndefined();
  });

  it('takes digits and signs on keyboards that need Shift for them', () => {
    const find = createKeymap([
      { id: 'digit', keys: ['mod+1'] },
      { id: 'help', keys: ['?'] },
    ]);
    expect(find(press('&', { ...ctrl, code: 'Digit1' }), page())).toBe('digit');
    expect(find(press('?', { shiftKey: true }), page())).toBe('help');
    expect(find(press('?'), page())).toBe('help');
  });

  it('leaves characters alone while text is typed or single keys are off', () => {
    const find = createKeymap([
      { id: 'help', keys: ['?'] },
      { id: 'go', keys: ['g c'] },
      { id: 'region', keys: ['f6'] },
      { id: 'mod', keys: ['mod+,'] },
    ]);
    for (const context of [page({ isTyping: true }), page({ hasSingleKeys: false })]) {
      expect(find(press('?'), context)).toBeUndefined();
      find(press('g'), context);
      expect(find(press('c'), context)).toBeUndefined();
      expect(find(press('F6'), context)).toBe('region');
      expect(find(press(',', ctrl), context)).toBe('mod');
    }
  });

  it('takes two strokes after one another, within their time', () => {
    const find = createKeymap([
      { id: 'create', keys: ['g c'] },
      { id: 'gallery', keys: ['g g'] },
    ]);
    const strokes = (first: string, second: string, afterMs = 100) => {
      find(press(first), page({ nowMs: 1000 }));
      return find(press(second), page({ nowMs: 1000 + afterMs }));
    };
    expect(strokes('g', 'c')).toBe('create');
    expect(strokes('g', 'g')).toBe('gallery');
    expect(find(press('c'), page({ nowMs: 1200 }))).toBeUndefined();
    expect(strokes('g', 'c', 5000)).toBeUndefined();
    expect(strokes('x', 'c')).toBeUndefined();
    find(press('g'), page());
    find(press('x'), page());
    expect(find(press('c'), page())).toBeUndefined();
  });

  it('acts once for a key that is held down', () => {
    const find = createKeymap([{ id: 'x', keys: ['mod+1'] }]);
    expect(find(press('1', { ...ctrl, repeat: true }), page())).toBeUndefined();
  });
});

describe('actions', () => {
  it('have shortcuts that do not clash with each other or with those of the screens', () => {
    const ofScreens = Object.values(screenKeys).map((rows) => rows.flatMap(({ keys }) => keys));
    const anywhere = actions.flatMap(({ keys }) => keys);
    for (const keys of ofScreens) {
      const all = [...anywhere, ...keys];
      expect(new Set(all).size).toBe(all.length);
    }
    const firsts = anywhere.map((keys) => strokesOf(keys)).filter((strokes) => strokes.length > 1);
    for (const [first] of firsts) expect(anywhere).not.toContain(first?.join('+'));
  });

  it('have words', () => {
    const { action, screen }: { action: Record<string, string>; screen: Record<string, string> } =
      words.shortcuts;
    for (const { id } of actions) expect(action[id]).toBeTruthy();
    for (const { id } of Object.values(screenKeys).flat()) expect(screen[id]).toBeTruthy();
  });
});
