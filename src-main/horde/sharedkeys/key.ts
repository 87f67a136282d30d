import type { Selectable } from 'kysely';
import type { SharedKeyTable } from '#main/db/tables/horde-access.ts';
import { rfc822 } from '#shared/horde/common/dates.ts';
import type { SharedKeyTerms } from '#shared/horde/sharedkeys/rules.ts';
import type { SharedKeyDetails } from '#shared/horde/sharedkeys/schema.ts';

/** A UUID that stands in for its owner's key, for pictures and texts alone (`accounts-and-safety.md` 6.1). */
export interface SharedKey extends SharedKeyTerms {
  readonly id: string;
  readonly ownerId: number;
  readonly name: string | undefined;
  /** Running total of what it was charged with. */
  readonly utilizedCents: number;
}

export type SharedKeyRow = Selectable<SharedKeyTable>;

export function keyFromRow(row: SharedKeyRow): SharedKey {
  return {
    id: row.id,
    ownerId: row.user_id,
    name: row.name ?? undefined,
    allowanceCents: row.allowance_cents ?? undefined,
    utilizedCents: row.utilized_cents,
    expiry: row.expiry ?? undefined,
    maxImagePixels: row.max_image_pixels,
    maxImageSteps: row.max_image_steps,
    maxTextTokens: row.max_text_tokens,
  };
}

/** A key as the API shows it; whole kudos, cut as upstream cuts integers (`api.md` 1.7, 3.10). */
export function detailsOf(key: SharedKey, ownerAlias: string): SharedKeyDetails {
  return {
    id: key.id,
    username: ownerAlias,
    ...(key.name === undefined ? {} : { name: key.name }),
    kudos: key.allowanceCents === undefined ? -1 : Math.trunc(key.allowanceCents / 100),
    ...(key.expiry === undefined ? {} : { expiry: rfc822(key.expiry) }),
    utilized: Math.trunc(key.utilizedCents / 100),
    max_image_pixels: key.maxImagePixels,
    max_image_steps: key.maxImageSteps,
    max_text_tokens: key.maxTextTokens,
  };
}
