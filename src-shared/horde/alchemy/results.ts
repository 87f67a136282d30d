import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { inertText } from '../common/text.ts';
import { type AlchemyForm, makesPicture } from './forms.ts';

const ranked = Type.Optional(Type.Array(Type.Object({ text: Type.String(), confidence: Type.Number() })));

/** Ranked lists of an interrogation; others that a worker adds are dropped. */
const Interrogation = Type.Object({
  tags: ranked,
  sites: ranked,
  artists: ranked,
  flavors: ranked,
  mediums: ranked,
  movements: ranked,
  techniques: ranked,
});

/** What each form's result has to be; the others are free (`queue.md` 5.2). */
const schemas: Partial<Record<AlchemyForm, TSchema>> = {
  caption: Type.String({ minLength: 1, maxLength: 10_000 }),
  interrogation: Interrogation,
  nsfw: Type.Boolean(),
  vectorize: Type.String({ minLength: 1, maxLength: 4 * 1024 * 1024 }),
};
const picture: TSchema = Type.String({ minLength: 1 });
const free: TSchema = Type.Union([
  Type.String({ maxLength: 10_000 }),
  Type.Number(),
  Type.Boolean(),
  Type.Array(Type.Unknown()),
  Type.Object({}),
]);
const maxFreeLength = 256 * 1024;

/** What a worker made: a value for its form, or what is wrong with it. */
export type ReadResult =
  | { readonly isGood: true; readonly value: unknown }
  | { readonly isGood: false; readonly path: string; readonly reason: string };

/**
 * Reads the result of a form out of a submit: the value under the form's name, and nothing else of it. Of a
 * form that makes a picture it is `R2` after an upload, or base64.
 */
export function readResult(form: AlchemyForm, result: Readonly<Record<string, unknown>>): ReadResult {
  const path = `result.${form}`;
  const typed = Object.hasOwn(result, form) ? result[form] : undefined;
  if (typed === undefined) return { isGood: false, path, reason: 'is required' };
  const schema = makesPicture(form) ? picture : (schemas[form] ?? free);
  const inert = makesPicture(form) ? typed : inertValue(typed);
  const value = schema === Interrogation ? withoutExtras(inert) : inert;
  if (!Value.Check(schema, value)) return { isGood: false, path, reason: 'is not what this form gives' };
  if (!makesPicture(form) && form !== 'vectorize' && JSON.stringify(value).length > maxFreeLength) {
    return { isGood: false, path, reason: 'is too long' };
  }
  return { isGood: true, value };
}

/** A result whose texts, at every depth, hold nothing but what is read (T-THR-38). */
function inertValue(value: unknown): unknown {
  if (typeof value === 'string') return inertText(value);
  if (Array.isArray(value)) return value.map(inertValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [inertText(key), inertValue(item)]));
}

/** Cleaning works in place, so a copy is cleaned. */
function withoutExtras(value: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return Value.Clean(Interrogation, copy);
}
