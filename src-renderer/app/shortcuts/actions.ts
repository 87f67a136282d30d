import type { ScreenId } from '../screens.ts';
import type { Binding } from './keymap.ts';

export type ActionId =
  | 'goCreate'
  | 'goGallery'
  | 'goWorker'
  | 'goSettings'
  | 'toggleWorker'
  | 'nextRegion'
  | 'previousRegion'
  | 'showShortcuts';

interface Action extends Binding<ActionId> {
  readonly group: 'go' | 'do';
}

/**
 * What can be done anywhere by the keyboard (`ux.md` 2.3). Browsers keep Ctrl with a digit for their
 * tabs, so each screen has a sequence too. The words are `shortcuts.action.<id>`.
 */
export const actions: readonly Action[] = [
  { id: 'goCreate', group: 'go', keys: ['g c', 'mod+1'] },
  { id: 'goGallery', group: 'go', keys: ['g g', 'mod+2'] },
  { id: 'goWorker', group: 'go', keys: ['g w', 'mod+3'] },
  { id: 'goSettings', group: 'go', keys: ['g s', 'mod+,', 'mod+4'] },
  { id: 'toggleWorker', group: 'do', keys: ['mod+shift+p'] },
  { id: 'nextRegion', group: 'do', keys: ['f6'] },
  { id: 'previousRegion', group: 'do', keys: ['shift+f6'] },
  { id: 'showShortcuts', group: 'do', keys: ['?'] },
];

interface ScreenKey {
  /** The words `shortcuts.screen.<id>`. */
  readonly id: string;
  readonly keys: readonly string[];
}

const closeKey: ScreenKey = { id: 'close', keys: ['esc'] };

/** Keys that a screen handles itself, for the list of shortcuts. */
export const screenKeys: Readonly<Record<ScreenId, readonly ScreenKey[]>> = {
  create: [
    { id: 'create', keys: ['mod+enter'] },
    { id: 'history', keys: ['alt+arrowup', 'alt+arrowdown'] },
    { id: 'lockSeed', keys: ['mod+l'] },
    { id: 'cancel', keys: ['mod+.'] },
    closeKey,
  ],
  gallery: [
    { id: 'move', keys: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown'] },
    { id: 'open', keys: ['enter'] },
    { id: 'select', keys: ['space'] },
    { id: 'selectAll', keys: ['mod+a'] },
    { id: 'bin', keys: ['delete'] },
    { id: 'undo', keys: ['mod+z'] },
    closeKey,
  ],
  worker: [],
  settings: [],
};
