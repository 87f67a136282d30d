import type { StyleKind } from './kinds.ts';

/** What a style puts into a request. */
export interface StyleContent {
  readonly prompt: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly models: readonly string[];
  readonly nsfw: boolean;
}

/** The part of a request that a style touches. */
export interface StyledInput {
  readonly prompt?: string | undefined;
  readonly params?: object | undefined;
  readonly models?: readonly string[] | undefined;
  readonly nsfw?: boolean | undefined;
}

const negativeMark = '###';

/** Parameters of one request alone: a style cannot hold them, so the caller's stay (`api.md` 4.3). */
const ofTheRequest: Readonly<Record<StyleKind, ReadonlySet<string>>> = {
  image: new Set(['n', 'seed', 'seed_variation', 'extra_texts']),
  text: new Set(['n', 'max_length', 'max_context_length']),
};
/** The caller's stay where the style has none of its own. */
const sides: ReadonlySet<string> = new Set(['width', 'height']);

/** The variables that a style's prompt must hold, by kind. */
export const requiredVariables: Readonly<Record<StyleKind, readonly string[]>> = {
  image: ['{p}', '{np}'],
  text: ['{p}'],
};
export const defaultStylePrompt = '{p}{np}';

/** Whether a prompt lacks a variable that a style of its kind must hold. */
export function lacksVariable(kind: StyleKind, prompt: string): boolean {
  return requiredVariables[kind].some((variable) => !prompt.includes(variable));
}

/**
 * A request as its style makes it (`api.md` 5.1, STY-05): the style's models and parameters replace the
 * caller's, its prompt goes around theirs, and a mature style makes the request one.
 */
export function applyStyle<I extends StyledInput>(kind: StyleKind, style: StyleContent, input: I) {
  const asked = Object.entries(input.params ?? {});
  const kept = asked.filter(
    ([name]) => ofTheRequest[kind].has(name) || (sides.has(name) && !(name in style.params)),
  );
  return {
    ...input,
    prompt: expandPrompt(kind, style.prompt, input.prompt ?? ''),
    params: { ...style.params, ...Object.fromEntries(kept) },
    models: [...style.models],
    ...(style.nsfw ? { nsfw: true } : {}),
  };
}

/**
 * Puts a caller's prompt into a style's: what comes before the first `###` at `{p}`, the rest at `{np}`,
 * with a `###` of its own where the style has none. Other braces, and braces of the caller, stay as they
 * are. A text prompt goes whole to `{p}` where nothing asks for its second part: instructions are often
 * set off with `###`.
 */
export function expandPrompt(kind: StyleKind, template: string, prompt: string): string {
  const isWhole = kind === 'text' && !template.includes('{np}');
  const at = isWhole ? -1 : prompt.indexOf(negativeMark);
  const positive = at < 0 ? prompt : prompt.slice(0, at);
  const negative = at < 0 ? '' : prompt.slice(at + negativeMark.length);
  const isMarked = negative === '' || template.includes(negativeMark);
  const values = { p: positive, np: isMarked ? negative : negativeMark + negative };
  return template.replaceAll(/\{(p|np)\}/g, (_, variable: 'p' | 'np') => values[variable]);
}

/** One of a collection's styles, each alike; undefined for an empty one. `draw` is in [0, 1). */
export function pickMember<T>(members: readonly T[], draw: number): T | undefined {
  return members[Math.floor(draw * members.length)];
}
