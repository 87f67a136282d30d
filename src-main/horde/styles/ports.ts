import type { Query, Work } from '#main/db/work.ts';
import type { ImageReference } from '#shared/horde/requests/models.ts';
import type { SharedKeyDetails } from '#shared/horde/sharedkeys/schema.ts';
import type { StyleKind } from '#shared/horde/styles/kinds.ts';
import type { StyleReference } from '#shared/horde/styles/references.ts';

/** A shared key as styles see it. */
export interface StyleKey {
  readonly ownerId: number;
  /** What may still be spent, in cents; undefined is no limit. */
  readonly allowanceCents: number | undefined;
  /** Milliseconds since the epoch; undefined is never. */
  readonly expiry: number | undefined;
  readonly details: SharedKeyDetails;
}

/** A use of somebody else's style that earns its owner kudos (`kudos.md` 1.14). */
export interface StyleUse {
  readonly requestId: string;
  readonly styleOwnerId: number;
  readonly callerId: number;
  readonly kind: StyleKind;
  readonly now: number;
}

/** What styles ask of other features. */
export interface StylePorts {
  /** Shared keys; without them no style can hold one. */
  readonly sharedKeys?: { find(id: string): Promise<StyleKey | undefined> };
  /** Whether a text may not stand where others read it (`accounts-and-safety.md` 4.10). */
  readonly isProfane?: (text: string) => boolean;
  /** Facts of image models. */
  readonly reference?: ImageReference;
}

/** A collection from which a request takes a style. */
export interface StyleChoice {
  readonly id: string;
  readonly kind: StyleKind;
  /** Ids of its styles. */
  readonly members: readonly string[];
}

/** What applying a style asks of other features. */
export interface ApplyPorts {
  readonly collections: {
    choice(reference: StyleReference, kind: StyleKind): Promise<StyleChoice | undefined>;
  };
  /** Pays the owner of a style that somebody else used; runs in the unit that accepts the request. */
  readonly reward: (query: Query, use: StyleUse) => Work<void>;
}
