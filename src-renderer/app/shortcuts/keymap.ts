/**
 * Shortcuts are written as strokes: `mod+shift+p`, `?`, `f6`, or two strokes after one another as
 * `g c`. `mod` is ⌘ on a Mac and Ctrl elsewhere.
 */
interface Stroke {
  readonly key: string;
  readonly isMod: boolean;
  readonly isShift: boolean;
}

/** A pressed key, as a browser tells it. */
export type PressedKey = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat'
>;

/** What is known of the page when a key is pressed. */
export interface KeyContext {
  readonly isMac: boolean;
  /** The focus is in a field that takes text. */
  readonly isTyping: boolean;
  /** Shortcuts without Ctrl or ⌘ act (WCAG 2.1.4 lets people switch them off). */
  readonly hasSingleKeys: boolean;
  readonly nowMs: number;
}

export interface Binding<Id extends string> {
  readonly id: Id;
  readonly keys: readonly string[];
}

/** Time within which the second stroke of a sequence has to come. */
const sequenceMs = 1200;

/** Splits the strokes of a shortcut, and a stroke into its keys. */
export const strokesOf = (keys: string): string[][] => keys.split(' ').map((stroke) => stroke.split('+'));

function parse(parts: readonly string[]): Stroke {
  return { key: parts.at(-1) ?? '', isMod: parts.includes('mod'), isShift: parts.includes('shift') };
}

const isLetter = (key: string): boolean => /^\p{L}$/u.test(key);
/** Keys that type a character, which a speech user or a slip can press at any time. */
const isCharacter = (key: string): boolean => key.length === 1;

function isStroke(stroke: Stroke, pressed: PressedKey, isMac: boolean): boolean {
  const isMod = isMac ? pressed.metaKey : pressed.ctrlKey;
  const isOtherMod = isMac ? pressed.ctrlKey : pressed.metaKey;
  if (stroke.isMod !== isMod || isOtherMod || pressed.altKey) return false;
  // Signs and digits need Shift on some keyboards and not on others.
  const needsShift = isLetter(stroke.key) || !isCharacter(stroke.key);
  if (needsShift && stroke.isShift !== pressed.shiftKey) return false;
  const isDigit = /^\d$/.test(stroke.key);
  return pressed.key.toLowerCase() === stroke.key || (isDigit && pressed.code === `Digit${stroke.key}`);
}

/**
 * Makes a function that says which binding a pressed key completes. Character keys do nothing while
 * text is typed.
 */
export function createKeymap<Id extends string>(
  bindings: readonly Binding<Id>[],
): (pressed: PressedKey, context: KeyContext) => Id | undefined {
  const shortcuts = bindings.flatMap(({ id, keys }) =>
    keys.map((text) => ({ id, strokes: strokesOf(text).map(parse) })),
  );
  let begun: { readonly strokes: readonly Stroke[]; readonly atMs: number } | undefined;

  return (pressed, { isMac, isTyping, hasSingleKeys, nowMs }) => {
    if (pressed.repeat) return undefined;
    const before = begun !== undefined && nowMs - begun.atMs <= sequenceMs ? begun.strokes : [];
    begun = undefined;
    const mayAct = ({ key, isMod }: Stroke): boolean =>
      isMod || !isCharacter(key) || (hasSingleKeys && !isTyping);
    for (const { id, strokes } of shortcuts) {
      const [first, second] = strokes;
      if (first === undefined) continue;
      if (second === undefined) {
        if (mayAct(first) && isStroke(first, pressed, isMac)) return id;
      } else if (before.includes(first)) {
        if (mayAct(second) && isStroke(second, pressed, isMac)) return id;
      }
    }
    const starts = shortcuts
      .filter(({ strokes }) => strokes.length > 1)
      .flatMap(({ strokes: [first] }) => (first === undefined ? [] : [first]))
      .filter((first) => mayAct(first) && isStroke(first, pressed, isMac));
    if (starts.length > 0) begun = { strokes: starts, atMs: nowMs };
    return undefined;
  };
}
