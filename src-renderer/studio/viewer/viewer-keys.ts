/** What a key does in the viewer. */
export type ViewerCommand =
  | 'previous'
  | 'next'
  | 'zoom'
  | 'facts'
  | 'save'
  | 'use'
  | 'bin'
  | 'undo'
  | 'panLeft'
  | 'panRight';

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Single letters act only while the picture has the focus (`ux.md` 2.3). */
const letters: Readonly<Record<string, ViewerCommand>> = { z: 'zoom', i: 'facts', s: 'save', u: 'use' };

/** The command of a key press, if it has one. `Ctrl` means ⌘ on macOS. */
export function viewerCommand(key: Key, isOnPicture: boolean): ViewerCommand | undefined {
  const isCommand = key.ctrlKey || key.metaKey;
  if (isCommand) return key.key.toLowerCase() === 'z' && !key.shiftKey && !key.altKey ? 'undo' : undefined;
  if (key.altKey) return undefined;
  if (key.key === 'ArrowLeft') return key.shiftKey ? 'panLeft' : 'previous';
  if (key.key === 'ArrowRight') return key.shiftKey ? 'panRight' : 'next';
  if (key.key === 'Delete') return 'bin';
  const letter = key.key.toLowerCase();
  return isOnPicture && Object.hasOwn(letters, letter) ? letters[letter] : undefined;
}
