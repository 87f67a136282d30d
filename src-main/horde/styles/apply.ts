import { type Query, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { StyleKind } from '#shared/horde/styles/kinds.ts';
import { parseReference, type StyleReference } from '#shared/horde/styles/references.ts';
import { applyStyle, pickMember, type StyledInput } from '#shared/horde/styles/rules.ts';
import type { ApplyPorts, StyleChoice } from './ports.ts';
import type { StoredStyle, StyleStore } from './store.ts';
import { countStyleUse, styleNotFound } from './units.ts';

/** The style that a request uses. */
export interface AppliedStyle {
  readonly id: string;
  readonly ownerId: number;
  /** Pays and authenticates in the caller's place where it is valid (STY-08); the ports of requests decide. */
  readonly sharedKeyId: string | null;
  /** The collection that the style was picked from. */
  readonly collectionId: string | null;
}

export interface StyleUsed {
  readonly styleId: string;
  readonly collectionId?: string | null;
  readonly requestId: string;
  readonly callerId: number;
  readonly kind: StyleKind;
  readonly now: number;
}

/** Styles as requests use them. */
export interface StyleApplication {
  /**
   * A request as the style makes it; a collection gives one of its styles at random.
   * @throws ProblemError 404 `StyleNotFound` · 400 `StyleMismatch`, or `BadRequest` for an empty collection
   */
  apply<I extends StyledInput>(
    kind: StyleKind,
    reference: string,
    input: I,
  ): Promise<{ input: I; style: AppliedStyle }>;
  /**
   * Counts the use of a style and of the collection it came from, and pays its owner unless they are the
   * caller; once a request, in the unit that accepts it, never for a dry run (STY-06).
   */
  used(query: Query, use: StyleUsed): Work<void>;
}

export interface ApplyOptions extends ApplyPorts {
  readonly store: StyleStore;
  readonly random: () => number;
}

/** What requests do with styles (`api.md` 5.1, `accounts-and-safety.md` STY-05, STY-06, 6.4). */
export function createStyleApplication(options: ApplyOptions): StyleApplication {
  const { store, collections, random } = options;

  const styleOf = async (reference: StyleReference, kind: StyleKind): Promise<StoredStyle | undefined> => {
    if ('id' in reference) return store.byId(reference.id);
    return reference.category === 'collection' ? undefined : store.byName(reference, kind);
  };
  const choiceOf = async (reference: StyleReference, kind: StyleKind): Promise<StyleChoice | undefined> =>
    'name' in reference && reference.category === 'style' ? undefined : collections.choice(reference, kind);
  const memberOf = async ({ members }: StyleChoice): Promise<StoredStyle> => {
    const picked = pickMember(members, random());
    const style = picked === undefined ? undefined : await store.byId(picked);
    if (!style) throw new ProblemError(400, 'BadRequest', 'The collection holds no style any more.');
    return style;
  };
  const find = async (
    text: string,
    kind: StyleKind,
  ): Promise<{ style: StoredStyle; from: string | null }> => {
    const reference = parseReference(text);
    const style = reference && (await styleOf(reference, kind));
    if (style?.kind === kind) return { style, from: null };
    const choice = reference && (await choiceOf(reference, kind));
    if (choice?.kind === kind) return { style: await memberOf(choice), from: choice.id };
    if (style ?? choice) {
      throw new ProblemError(400, 'StyleMismatch', `'${text}' is not for ${kind} requests.`);
    }
    throw styleNotFound(text);
  };

  return {
    apply: async (kind, reference, input) => {
      const { style, from } = await find(reference, kind);
      const { id, ownerId, sharedKeyId } = style;
      const content = { ...style, params: { ...style.params } };
      return {
        input: applyStyle(kind, content, input),
        style: { id, ownerId, sharedKeyId, collectionId: from },
      };
    },
    *used(query, use) {
      const { requestId, callerId, kind, now } = use;
      const styleOwnerId = yield* countStyleUse(query, use.styleId);
      if (use.collectionId != null) yield* countCollectionUse(query, use.collectionId);
      if (styleOwnerId === undefined || styleOwnerId === callerId) return;
      yield* options.reward(query, { requestId, styleOwnerId, callerId, kind, now });
    },
  };
}

function* countCollectionUse(query: Query, id: string): Work<void> {
  yield* run(
    query
      .updateTable('horde_collections')
      .set((e) => ({ use_count: e('use_count', '+', 1) }))
      .where('id', '=', id),
  );
}
