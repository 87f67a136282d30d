import type { PlainFilter } from './thread-protocol.ts';

const length = 20_000;

/** Texts made of a pattern's own letters that would make it run away if it could (FLT-04). */
export function probeTexts({ pattern }: Pick<PlainFilter, 'pattern'>): string[] {
  const letters = [...new Set(pattern.replaceAll(/\\./g, '').match(/[a-zA-Z0-9 ]/g) ?? [])].slice(0, 8);
  const words = (pattern.match(/[a-zA-Z0-9 ]{2,}/g) ?? []).slice(0, 4);
  const pieces = [...letters, ...words, letters.join(''), 'a', 'a ', '0'].filter((piece) => piece !== '');
  return [...new Set(pieces)].map((piece) => `${piece.repeat(Math.ceil(length / piece.length))}!`);
}
