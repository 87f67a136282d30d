import { normalise, searchable, splitPrompt } from './normalise.ts';

/** What a filter is about (`accounts-and-safety.md` 5.1); other types take no part. */
export const filterTypes = { youth: 10, youthFixed: 11, sexual: 20 } as const;

/** A filter ready to match. */
export interface Filter {
  readonly id: number;
  readonly type: number;
  readonly regex: RegExp;
  /** For type 10: what the wording becomes in a rewritten prompt. */
  readonly replacement: string;
}

/** Wording that a model made for adult pictures never gets, with what it becomes (DET-06). */
export interface Substitution {
  readonly regex: RegExp;
  readonly replacement: string;
}

export interface FilterSet {
  /** In the order of their ids. */
  readonly filters: readonly Filter[];
  readonly matureSubstitutions: readonly Substitution[];
  /** Goes before the negative part of a rewritten prompt. */
  readonly negative: string;
}

/** A prompt, and what decides how it is treated. */
export interface Question {
  readonly prompt: string;
  readonly kind: 'image' | 'text';
  /** A rewritten prompt is wanted in place of a refusal. */
  readonly mayRewrite: boolean;
  /** The prompt of a flagged account: rewritten even when it is clean (FLG-05). */
  readonly mustRewrite: boolean;
  /** A model made for adult pictures is asked for. */
  readonly isMature: boolean;
  /** Text is scored only where the host wants that (DET-03). */
  readonly isScored: boolean;
}

export type Verdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'rewritten'; readonly prompt: string }
  /** Rejected and remembered. `ids` are the filters that matched. */
  | { readonly kind: 'corrupt'; readonly ids: readonly number[]; readonly text: string }
  /** It would have to be rewritten and is too long for that. */
  | { readonly kind: 'too-long' }
  /** Nothing is left of it; nobody is blamed. */
  | { readonly kind: 'empty' };

export interface Match {
  readonly id: number;
  readonly type: number;
  readonly word: string;
}

/** Characters of the positive part that are still rewritten (DET-04). */
export const maxRewritten = 7_000;
/** How much of a text's end is scored (DET-03). */
const scoredText = 2_000;
/** Characters that one filter may add to a prompt; what comes after that is left out. */
const maxGrowth = 20_000;

/** Girls, boys, babies and what stands for them; families with a child hold one of these signs (DET-02). */
const youthEmoji =
  /[\u{1F467}\u{1F466}\u{1F476}\u{1F47C}\u{1F9D2}\u{1F46A}\u{1F931}\u{1F37C}\u{1F6BC}\u{1F6B8}\u{1F424}\u{1F425}]/u;
/** The id that an emoji counts as among the filters that matched. */
export const emojiFilterId = 0;

/** Called before each filter, so that one that hangs can be named. */
export type OnFilter = (index: number) => void;

/** Filters of any type that match a text, each with the wording it matched first. */
export function matchesOf(prompt: string, { filters }: FilterSet, onFilter?: OnFilter): Match[] {
  return find(prompt, searchable(prompt).searched, filters, onFilter);
}

/** Groups of which something matched: youth and sexual wording (DET-01). */
export function scoreOf(matches: readonly Match[]): 0 | 1 | 2 {
  const isYouth = matches.some(({ type }) => type === filterTypes.youth || type === filterTypes.youthFixed);
  const isSexual = matches.some(({ type }) => type === filterTypes.sexual);
  if (isYouth && isSexual) return 2;
  return isYouth || isSexual ? 1 : 0;
}

/** Judges a prompt (`accounts-and-safety.md` 5.3). Pure; never throws. */
export function judge(question: Question, set: FilterSet, onFilter?: OnFilter): Verdict {
  return question.kind === 'text' ? judgeText(question, set, onFilter) : judgeImage(question, set, onFilter);
}

function judgeImage(question: Question, set: FilterSet, onFilter?: OnFilter): Verdict {
  const { positive, negative } = splitPrompt(question.prompt);
  const { plain, readings, searched } = searchable(positive);
  const found = findSuspicious(question, { raw: positive, searched }, set, onFilter);
  const score = scoreOf(found);
  const corrupt: Verdict = { kind: 'corrupt', ids: found.map((match) => match.id), text: plain };
  const isYouthful = question.isMature && (isTypeTen(found) || isSubstituted(searched, set));
  if (score < 2 && !isYouthful && !question.mustRewrite) return { kind: 'clean' };
  if (score === 2) {
    if (!question.mayRewrite && !question.mustRewrite) return corrupt;
    if (positive.length > maxRewritten) return { kind: 'too-long' };
  }
  const wording = rewriteWords(plain, set, question.isMature, onFilter);
  if (wording === '') return score === 2 ? corrupt : { kind: 'empty' };
  // The new wording may still hold what cannot be rewritten, or hold it only now (DET-05).
  const again = `${searchable(wording).searched} ${readings}`;
  if (scoreOf(find('', again, set.filters, onFilter)) === 2) return corrupt;
  return { kind: 'rewritten', prompt: `${wording}###${negativeOf(set.negative, negative)}` };
}

/** Most prompts hold nothing sexual, and then it matters to few what else they hold. */
function findSuspicious(
  question: Question,
  { raw, searched }: { readonly raw: string; readonly searched: string },
  { filters }: FilterSet,
  onFilter?: OnFilter,
): Match[] {
  const isSexual = (type: number) => type === filterTypes.sexual;
  const sexual = find('', searched, filters, onFilter, isSexual);
  if (sexual.length === 0 && !question.isMature) return sexual;
  return [...sexual, ...find(raw, searched, filters, onFilter, (type) => !isSexual(type))];
}

function judgeText(question: Question, set: FilterSet, onFilter?: OnFilter): Verdict {
  if (question.isScored) {
    const end = question.prompt.slice(-scoredText);
    const { plain, searched } = searchable(end);
    const matches = find(end, searched, set.filters, onFilter);
    if (scoreOf(matches) === 2) return { kind: 'corrupt', ids: matches.map(({ id }) => id), text: plain };
  }
  if (!question.mustRewrite) return { kind: 'clean' };
  const wording = rewriteWords(normalise(question.prompt), set, false, onFilter);
  return wording === '' ? { kind: 'empty' } : { kind: 'rewritten', prompt: wording };
}

function find(
  raw: string,
  searched: string,
  filters: readonly Filter[],
  onFilter?: OnFilter,
  isWanted: (type: number) => boolean = () => true,
): Match[] {
  const matches: Match[] = [];
  for (const [index, { id, type, regex }] of filters.entries()) {
    if (!isWanted(type)) continue;
    onFilter?.(index);
    const found = regex.exec(searched);
    if (found) matches.push({ id, type, word: found[0] });
  }
  const emoji = raw === '' ? undefined : youthEmoji.exec(raw);
  if (emoji) matches.push({ id: emojiFilterId, type: filterTypes.youth, word: emoji[0] });
  return matches;
}

function isTypeTen(matches: readonly Match[]): boolean {
  return matches.some(({ type }) => type === filterTypes.youth);
}

function isSubstituted(searched: string, set: FilterSet): boolean {
  return set.matureSubstitutions.some(({ regex }) => regex.test(searched));
}

/** Replaces the wording of every filter of type 10, in the order of their ids (5.4). */
function rewriteWords(plain: string, set: FilterSet, isMature: boolean, onFilter?: OnFilter): string {
  let wording = plain;
  for (const [index, filter] of set.filters.entries()) {
    if (filter.type !== filterTypes.youth) continue;
    onFilter?.(index);
    wording = substitute(wording, filter);
  }
  if (isMature)
    for (const substitution of set.matureSubstitutions) wording = substitute(wording, substitution);
  return wording.replaceAll(/ {2,}/g, ' ').trim();
}

function substitute(text: string, { regex, replacement }: Substitution): string {
  let growth = 0;
  // A function: the replacement is taken as it is, `$&` included.
  return text.replaceAll(new RegExp(regex.source, 'gi'), (word) => {
    growth += replacement.length - word.length;
    return growth > maxGrowth ? '' : replacement;
  });
}

function negativeOf(fixed: string, own: string): string {
  const trimmed = own.trim();
  return trimmed === '' ? fixed : `${fixed}, ${trimmed}`;
}
