/** A run of text with one weight. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

/** Weight of one pair of brackets. */
const bracketFactor = 1.1;
/** Brackets nested deeper are plain text: the weight of 1.1^64 has no meaning, and the parser stays bounded. */
const maxDepth = 64;
const numberPattern = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const escapedOpen = '\u0001';
const escapedClose = '\u0002';

/**
 * Cuts a prompt into runs of text with their weights: `(cat)` is 1.1, `(cat:1.3)` is 1.3, `\(` is a bracket.
 * Source: `engine.md` 2.2.
 */
export function parsePromptWeights(prompt: string): WeightedText[] {
  const text = prompt.replaceAll('\\(', escapedOpen).replaceAll('\\)', escapedClose);
  const parts: WeightedText[] = [];
  collect({ text, partners: matchBrackets(text), parts }, 0, text.length, 1, 0);
  return parts;
}

interface Parse {
  readonly text: string;
  /** Position of an opening bracket → position of the one that closes it. */
  readonly partners: ReadonlyMap<number, number>;
  readonly parts: WeightedText[];
}

function matchBrackets(text: string): Map<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') open.push(i);
    if (text[i] !== ')') continue;
    const start = open.pop();
    if (start !== undefined) partners.set(start, i);
  }
  return partners;
}

function collect(parse: Parse, start: number, end: number, weight: number, depth: number): void {
  let plainFrom = start;
  let i = start;
  while (i < end) {
    const close = depth < maxDepth ? parse.partners.get(i) : undefined;
    if (close === undefined) {
      i++;
      continue;
    }
    addText(parse, plainFrom, i, weight);
    const group = readGroup(parse.text, i + 1, close, weight);
    collect(parse, i + 1, group.end, group.weight, depth + 1);
    i = close + 1;
    plainFrom = i;
  }
  addText(parse, plainFrom, end, weight);
}

/** The weight of a bracket's content and where the content ends once a `:w` is taken off. */
function readGroup(
  text: string,
  start: number,
  close: number,
  outer: number,
): { end: number; weight: number } {
  const colon = text.lastIndexOf(':', close - 1);
  if (colon > start) {
    const number = text.slice(colon + 1, close);
    if (numberPattern.test(number)) return { end: colon, weight: Number(number) };
  }
  return { end: close, weight: outer * bracketFactor };
}

function addText(parse: Parse, start: number, end: number, weight: number): void {
  if (start >= end) return;
  const text = parse.text.slice(start, end).replaceAll(escapedOpen, '(').replaceAll(escapedClose, ')');
  parse.parts.push({ text, weight });
}
