import { ProblemError } from '#shared/common/problem.ts';
import { cleanName, plainText } from '#shared/horde/common/text.ts';
import { isEmpty } from '#shared/horde/sharedkeys/rules.ts';
import { isAmbiguousName } from '#shared/horde/styles/references.ts';
import { defaultStylePrompt } from '#shared/horde/styles/rules.ts';
import type { StyleInput, StylePatch } from '#shared/horde/styles/schema.ts';
import type { StyleKey, StylePorts } from './ports.ts';
import type { SentFields, StyleFields } from './units.ts';

const bad = (rc: string, message: string) => new ProblemError(400, rc, message);

/** What was sent of a style, as it is stored. @throws ProblemError 400 `BadRequest` for a name that cannot be one */
export function sentFields(input: StyleInput | StylePatch): SentFields {
  const { name, info, prompt, params, nsfw, tags, models, public: isPublic, sharedkey } = input;
  return {
    ...(name === undefined ? {} : { name: ownedName(name) }),
    ...(info === undefined ? {} : { info: plainText(info) }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(params === undefined ? {} : { params }),
    ...(isPublic === undefined ? {} : { isPublic }),
    ...(nsfw === undefined ? {} : { nsfw }),
    ...(tags === undefined ? {} : { tags: tags.map((tag) => plainText(tag)) }),
    ...(models === undefined ? {} : { models }),
    ...(sharedkey === undefined ? {} : { sharedKeyId: sharedkey }),
  };
}

/** A new style before anything is said of it. */
export const blankStyle: Omit<StyleFields, 'kind'> = {
  name: '',
  info: '',
  prompt: defaultStylePrompt,
  params: {},
  isPublic: true,
  nsfw: false,
  tags: [],
  models: [],
  sharedKeyId: null,
};

/** The name of a style or a collection as it is stored. @throws ProblemError 400 `BadRequest` */
export function ownedName(typed: string): string {
  const name = cleanName(typed);
  if (name === undefined || isAmbiguousName(name)) {
    throw bad(
      'BadRequest',
      `'${typed}' cannot be a name: it may not hold '::', markup or hidden characters.`,
    );
  }
  return name;
}

/** @throws ProblemError 400 `BadRequest` */
export function refuseProfanity(
  isProfane: StylePorts['isProfane'],
  input: Pick<StyleInput, 'info' | 'tags' | 'models'> & { readonly name?: string },
): void {
  const texts = [input.name, input.info, ...(input.tags ?? []), ...(input.models ?? [])];
  if (texts.some((text) => text !== undefined && isProfane?.(text) === true)) {
    throw bad('BadRequest', 'The style holds words that are not allowed here.');
  }
}

/**
 * A key that a style may hold: the style's owner has it and something can be spent with it (STY-08).
 * @throws ProblemError 400 `SharedKeyInvalid` · `SharedKeyEmpty` · `SharedKeyExpired`
 */
export function refuseKey(key: StyleKey | undefined, ownerId: number, now: number): void {
  if (key?.ownerId !== ownerId) {
    throw bad('SharedKeyInvalid', 'A style takes a shared key of its own owner only.');
  }
  if (isEmpty(key)) throw bad('SharedKeyEmpty', 'Nothing is left to spend with this shared key.');
  if (key.expiry !== undefined && key.expiry <= now) {
    throw bad('SharedKeyExpired', 'This shared key has expired.');
  }
}
