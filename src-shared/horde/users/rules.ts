import { ProblemError } from '../../common/problem.ts';
import { cleanName, plainText } from '../common/text.ts';

/** What every account begins with, and what education changes (`accounts-and-safety.md` 4.7). */
export const defaultConcurrency = 30;
const educationConcurrency = 200;
/** Longer names are refused on edit and cut at registration. */
export const longestUsername = 30;
const shortestUsername = 3;
/** A second deletion after this time wipes (ACC-52). */
export const wipeGraceMs = 30 * 24 * 60 * 60 * 1000;

const bad = (rc: string, message: string) => new ProblemError(400, rc, message);

/** Code points, as upstream counts the characters of a name. */
const charactersOf = (text: string): string[] => Array.from(text);

/**
 * A display name as it is stored (ACC-42).
 * @throws ProblemError 400 `BadRequest`
 */
export function usernameOf(typed: string): string {
  const name = cleanName(typed);
  if (name !== undefined && charactersOf(name).length >= shortestUsername) return name;
  throw bad('BadRequest', `A username has at least ${shortestUsername} visible characters and no markup.`);
}

/** @throws ProblemError 400 `TooLongUserName` */
export function refuseLongUsername(name: string): void {
  if (charactersOf(name).length <= longestUsername) return;
  throw bad('TooLongUserName', `A username has at most ${longestUsername} characters.`);
}

/** A name of registration, cut where it is too long (ACC-22). */
export function cutUsername(name: string): { name: string; isCut: boolean } {
  const characters = charactersOf(name);
  if (characters.length <= longestUsername) return { name, isCut: false };
  return { name: characters.slice(0, longestUsername).join('').trim(), isCut: true };
}

/**
 * A longer text as it is stored (ACC-43).
 * @throws ProblemError 400 when too little is left of it
 */
export function textOf(field: 'contact' | 'admin_comment', typed: string): string {
  const text = plainText(typed);
  if (text.length >= 5) return text;
  throw new ProblemError(400, undefined, 'Input payload validation failed', {
    errors: { [field]: 'has fewer than 5 visible characters' },
  });
}

const reserved = ['anonymous', 'admin', 'moderator', 'yurt', 'system'];

/** Letters that pass for Latin ones at a glance, in their decomposed lower case. */
const confusables: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '|': 'l',
  '!': 'l',
  i: 'l',
  ı: 'l',
  і: 'l',
  ι: 'l',
  а: 'a',
  α: 'a',
  е: 'e',
  ε: 'e',
  о: 'o',
  ο: 'o',
  σ: 'o',
  р: 'p',
  ρ: 'p',
  с: 'c',
  у: 'y',
  υ: 'u',
  х: 'x',
  ѕ: 's',
  м: 'm',
  т: 't',
  τ: 't',
  к: 'k',
  κ: 'k',
  н: 'h',
  в: 'b',
  ԁ: 'd',
  г: 'r',
  п: 'n',
  ո: 'n',
  ν: 'v',
  ј: 'j',
};

/** What a name looks like: without case, marks, blanks and punctuation, look-alikes folded. */
export function skeleton(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().normalize('NFKD');
  return charactersOf(plain)
    .map((letter) => confusables[letter] ?? letter)
    .join('')
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Whether a name passes for one that only staff may have (ACC-44). */
export function isReservedName(name: string, staffNames: readonly string[]): boolean {
  const looks = skeleton(name);
  return looks !== '' && [...reserved, ...staffNames].some((other) => skeleton(other) === looks);
}

/** What a change of the education role makes of the concurrency, unless the same call sets it (CON-05). */
export function concurrencyAfter(isEducation: boolean, concurrency: number): number {
  if (isEducation) return Math.max(concurrency, educationConcurrency);
  return concurrency === educationConcurrency ? defaultConcurrency : concurrency;
}
