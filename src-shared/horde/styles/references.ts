import { isUuid } from '../common/uuid.ts';

/** What a name may stand for. */
export type Category = 'style' | 'collection';

/** How a client names a style or a collection. */
export type StyleReference =
  | { readonly id: string }
  | {
      readonly name: string;
      /** Undefined looks among styles first, then among collections. */
      readonly category: Category | undefined;
      /** Only what this account owns; undefined looks among everybody's public ones. */
      readonly ownerId: number | undefined;
    };

const separator = '::';

/**
 * Reads a UUID, or a name as people write it: `name`, `style::name`, `ada#7::name`, `style::ada#7::name`,
 * and as the API prints it, `ada#7::style::name`; `collection` likewise (`api.md` 5.4, STY-04). Undefined
 * for what can name nothing.
 */
export function parseReference(text: string): StyleReference | undefined {
  if (isUuid(text)) return { id: text };
  const parts = text.split(separator);
  const name = parts.pop() ?? '';
  let category: Category | undefined;
  let ownerId: number | undefined;
  for (const part of parts) {
    if (category === undefined && (part === 'style' || part === 'collection')) category = part;
    else if (ownerId === undefined && (ownerId = idOfAlias(part)) !== undefined) continue;
    else return undefined;
  }
  return name === '' ? undefined : { name, category, ownerId };
}

/** The digits after the last `#`; the name before them is only for people (ACC-31). */
function idOfAlias(alias: string): number | undefined {
  const digits = alias.slice(alias.lastIndexOf('#') + 1);
  const id = /^[0-9]{1,10}$/.test(digits) ? Number(digits) : Number.NaN;
  return id <= 2_147_483_647 ? id : undefined;
}

/** A style's or a collection's name as the API prints it. */
export function printedName(ownerAlias: string, category: Category, name: string): string {
  return [ownerAlias, category, name].join(separator);
}

/** Whether a name could not be told from a reference with an owner or a category. */
export function isAmbiguousName(name: string): boolean {
  return name.includes(separator);
}
