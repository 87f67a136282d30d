import { confusables } from './confusables.ts';

const space = 0x20;
/** Marks, and what is never seen. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]+/gu;
const lettersOf = new Map<number, readonly number[]>();
for (const [character, letters] of confusables) {
  const codes = Array.from(letters, (letter) => letter.charCodeAt(0));
  for (const form of [character, character.toUpperCase()]) lettersOf.set(form.codePointAt(0) ?? 0, codes);
}
// Letters in circles and squares, and those that flags are made of, which NFKC leaves alone.
for (const first of [0x1f130, 0x1f150, 0x1f170, 0x1f1e6]) {
  for (let letter = 0; letter < 26; letter += 1) lettersOf.set(first + letter, [0x61 + letter]);
}

/**
 * A text in plain ASCII, as codes (`accounts-and-safety.md` 5.2): compatible forms unified, marks and
 * invisible characters gone, look-alikes as the letters they pass for, everything else a blank. Weights keep
 * their signs: `normalise` reads them.
 */
export function asciiCodes(text: string): Uint8Array {
  const ascii = codesOf(text);
  if (ascii) return ascii;
  const unified = text.normalize('NFKC').normalize('NFD').replaceAll(invisible, '');
  // At most two letters stand for one code unit.
  const codes = new Uint8Array(unified.length * 2);
  let length = 0;
  for (let at = 0; at < unified.length; at += 1) {
    const code = unified.codePointAt(at) ?? space;
    if (code > 0xffff) at += 1;
    const letters = code < 0x80 ? undefined : lettersOf.get(code);
    if (letters) for (const letter of letters) codes[length++] = letter;
    else codes[length++] = code < 0x80 ? code : space;
  }
  return codes.subarray(0, length);
}

/** The codes of a text that is ASCII already. */
function codesOf(text: string): Uint8Array | undefined {
  const codes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) return undefined;
    codes[at] = code;
  }
  return codes;
}
