import { asciiCodes } from './transliterate.ts';

/** A text made ready for detection. */
export interface Searchable {
  /** The normalised text, from which a rewritten prompt is made. */
  readonly plain: string;
  /** The other reading of spaced letters that begin with a word of one letter: `a g i r l`. */
  readonly readings: string;
  /** Both together. */
  readonly searched: string;
}

const space = 0x20;
/** Stands for one character of punctuation until letters are joined: a blank between them ends a run. */
const point = 0x1f;
/** Marks a code that is no longer part of the text. */
const gone = 0;
const isLetter = table((code) => /[a-zA-Z]/.test(String.fromCharCode(code)));
const isDigit = table((code) => code >= 0x30 && code <= 0x39);
/** The letters that digits between letters stand for: `g1rl`. */
const letterOfDigit = new Map(
  Object.entries({ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b' }).map(([digit, letter]) => [
    digit.charCodeAt(0),
    letter.charCodeAt(0),
  ]),
);

/** The part of an image prompt that says what is wanted, and the part that says what is not. */
export function splitPrompt(prompt: string): { positive: string; negative: string } {
  const at = prompt.indexOf('###');
  if (at < 0) return { positive: prompt, negative: '' };
  return { positive: prompt.slice(0, at), negative: prompt.slice(at + 3) };
}

/**
 * A text as filters read it (`accounts-and-safety.md` 5.2): plain ASCII words with one space between
 * them, without weights, marks, invisible characters or look-alikes, and with spaced letters joined.
 * Never throws; takes time linear in the length.
 */
export function normalise(text: string): string {
  return searchable(text).plain;
}

/** What detection searches of a text. */
export function searchable(text: string): Searchable {
  const codes = asciiCodes(text);
  dropWeights(codes);
  const words = separate(codes);
  const readings: string[] = [];
  // Letters spaced by exactly one character are joined before wider gaps close: two spaced words stay two.
  const joined = closeGaps(joinRuns(words, readings));
  const plain = decode(joinRuns(joined, readings));
  const others = readings.join(' ');
  return { plain, readings: others, searched: others === '' ? plain : `${plain} ${others}` };
}

/** Takes `(…:1.2)` off what it holds, at any depth (`accounts-and-safety.md` 5.2). */
function dropWeights(codes: Uint8Array): void {
  const opened: number[] = [];
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at];
    if (code === 0x28) opened.push(at);
    if (code !== 0x29) continue;
    const start = opened.pop();
    const colon = start === undefined ? -1 : weightBefore(codes, at);
    if (start === undefined || colon <= start) continue;
    codes[start] = gone;
    codes.fill(gone, colon, at + 1);
  }
}

/** Where the weight begins that ends here, or -1: a colon, and nothing but digits, dots and blanks. */
function weightBefore(codes: Uint8Array, end: number): number {
  let at = end - 1;
  let digits = 0;
  for (; at >= 0; at -= 1) {
    const code = codes[at] ?? gone;
    if (isDigit[code] === 1 || code === 0x2e) digits += 1;
    else if (code !== space && code !== 0x09) break;
  }
  return digits > 0 && codes[at] === 0x3a ? at : -1;
}

/** Letters and digits; every gap between them is one blank or point, or two blanks where it was wider. */
function separate(codes: Uint8Array): Uint8Array {
  let length = 0;
  let gap = 0;
  let isBlank = false;
  const words = new Uint8Array(codes.length);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? gone;
    if (code === gone) continue;
    if (isLetter[code] !== 1 && isDigit[code] !== 1) {
      gap += 1;
      isBlank = code <= space;
      continue;
    }
    if (gap === 1 && length > 0) words[length++] = isBlank ? space : point;
    else if (gap > 1 && length > 0) {
      words.fill(space, length, length + 2);
      length += 2;
    }
    gap = 0;
    words[length++] = code;
  }
  foldDigits(words.subarray(0, length));
  return words.subarray(0, length);
}

/** Digits between letters become the letters that they look like. */
function foldDigits(words: Uint8Array): void {
  for (let at = 1; at < words.length; at += 1) {
    if (isDigit[words[at] ?? gone] !== 1 || isLetter[words[at - 1] ?? gone] !== 1) continue;
    let end = at;
    while (letterOfDigit.has(words[end] ?? gone)) end += 1;
    if (end > at && isLetter[words[end] ?? gone] === 1) {
      for (let digit = at; digit < end; digit += 1)
        words[digit] = letterOfDigit.get(words[digit] ?? gone) ?? gone;
    }
    at = Math.max(at, end - 1);
  }
}

/** Joins three or more letters that stand alone, one space apart. */
function joinRuns(words: Uint8Array, readings: string[]): Uint8Array {
  const joined = new Uint8Array(words.length);
  let length = 0;
  for (let at = 0; at < words.length;) {
    const letters = isAlone(words, at) ? runLength(words, at) : 0;
    if (letters < 3) {
      joined[length++] = words[at++] ?? gone;
      continue;
    }
    const start = length;
    for (let letter = 0; letter < letters; letter += 1) joined[length++] = words[at + letter * 2] ?? gone;
    const first = (words[at] ?? gone) | 0x20;
    if (letters > 3 && (first === 0x61 || first === 0x69)) {
      readings.push(decode(joined.subarray(start + 1, length)));
    }
    at += letters * 2 - 1;
  }
  return joined.subarray(0, length);
}

/** Whether a letter stands here that is a word. */
function isAlone(words: Uint8Array, at: number): boolean {
  if (isLetter[words[at] ?? gone] !== 1) return false;
  return isGap(words[at - 1] ?? space) && isGap(words[at + 1] ?? space);
}

function isGap(code: number): boolean {
  return code === space || code === point;
}

/** How many letters stand alone from here on, all one blank or all one point apart. */
function runLength(words: Uint8Array, from: number): number {
  let letters = 1;
  const gap = words[from + 1];
  while (words[from + letters * 2 - 1] === gap && isAlone(words, from + letters * 2)) letters += 1;
  return letters;
}

/** Every gap becomes one blank. */
function closeGaps(words: Uint8Array): Uint8Array {
  let length = 0;
  let wasSpace = false;
  for (let at = 0; at < words.length; at += 1) {
    const code = words[at] === point ? space : (words[at] ?? gone);
    if (code === space && wasSpace) continue;
    wasSpace = code === space;
    // In place: what is written was read before.
    words[length++] = code;
  }
  return words.subarray(0, length);
}

const chunk = 8_192;

function decode(codes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < codes.length; at += chunk) {
    const part: string = Reflect.apply(String.fromCharCode, undefined, codes.subarray(at, at + chunk));
    text += part;
  }
  return text;
}

function table(holds: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (holds(code) ? 1 : 0));
}
