import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import {
  ownedName,
  refuseSort,
  type StoredStyle,
  type StyleChoice,
  type StyleStore,
} from '#main/horde/styles/index.ts';
import { audit, type User } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { isUuid } from '#shared/horde/common/uuid.ts';
import type {
  Collection,
  CollectionInput,
  CollectionPatch,
  CollectionsQuery,
} from '#shared/horde/collections/schema.ts';
import { escapeMarkup, plainText } from '#shared/horde/common/text.ts';
import { type StyleKind, styleKinds } from '#shared/horde/styles/kinds.ts';
import { parseReference, type StyleReference } from '#shared/horde/styles/references.ts';
import { createCollectionStore, type StoredCollection } from './store.ts';
import { collectionNotFound, deleteCollection, insertCollection, updateCollection } from './units.ts';

export interface CollectionsService {
  /** A page of public collections. @throws ProblemError 400 `BadRequest` for an unknown order or kind */
  list(query: CollectionsQuery): Promise<Collection[]>;
  /** @throws ProblemError 404 `CollectionNotFound` */
  one(id: string): Promise<Collection>;
  /** Never finds a style. @throws ProblemError 404 `CollectionNotFound` */
  byName(name: string): Promise<Collection>;
  /** @returns the new collection's id @throws ProblemError of `api.md` 5.5 */
  create(input: CollectionInput, caller: User): Promise<string>;
  change(id: string, input: CollectionPatch, caller: User): Promise<void>;
  remove(id: string, caller: User): Promise<void>;
  /** The styles that a request may be given in place of a collection; one of the kind comes first. */
  choice(reference: StyleReference, kind: StyleKind): Promise<StyleChoice | undefined>;
}

export interface CollectionsOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly styles: StyleStore;
  /** Whether a text may not stand where others read it (`accounts-and-safety.md` 4.10). */
  readonly isProfane?: (text: string) => boolean;
}

const refuse = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Collections of the private horde (`api.md` 5.5, `accounts-and-safety.md` 6.4). */
export function createCollectionsService(options: CollectionsOptions): CollectionsService {
  const { db, clock, styles } = options;
  const store = createCollectionStore(db);
  const find = async (id: string): Promise<StoredCollection> => {
    const found = isUuid(id) ? await store.find({ id }) : undefined;
    if (!found) throw collectionNotFound(id);
    return found;
  };
  /** Somebody else's private style is known by its id alone (COL-01). */
  const memberOf = async (text: string, caller: User): Promise<StoredStyle> => {
    const reference = parseReference(text);
    let style: StoredStyle | undefined;
    if (reference && 'id' in reference) style = await styles.byId(reference.id);
    else if (reference && reference.category !== 'collection') {
      const named = await styles.byName(reference);
      style = named && (named.isPublic || named.ownerId === caller.id) ? named : undefined;
    }
    if (!style) throw refuse(400, 'BadRequest', `Style '${text}' was not found.`);
    return style;
  };
  /** @throws ProblemError 400 with the code for members of both kinds */
  const membersOf = async (
    texts: readonly string[],
    caller: User,
    mixedRc: string,
  ): Promise<{ kind: StyleKind; ids: string[] }> => {
    const found: StoredStyle[] = [];
    for (const text of texts) found.push(await memberOf(text, caller));
    const kind = found[0]?.kind;
    if (kind === undefined) throw noStyles();
    if (found.some((style) => style.kind !== kind)) {
      throw refuse(400, mixedRc, 'A collection holds either image styles or text styles.');
    }
    return { kind, ids: found.map((style) => style.id) };
  };
  const refuseProfanity = (input: CollectionPatch): void => {
    const texts = [input.name, input.info];
    if (texts.some((text) => text !== undefined && options.isProfane?.(text) === true)) {
      throw refuse(400, 'BadRequest', 'The collection holds words that are not allowed here.');
    }
  };

  return {
    list: async (query) => {
      refuseSort(query.sort);
      return (await store.list(query, kindOf(query.type))).map((found) => collectionDetails(found));
    },
    one: async (id) => collectionDetails(await find(id)),
    byName: async (name) => {
      const reference = parseReference(name);
      const isName = reference && 'name' in reference && reference.category !== 'style';
      const found = isName ? await store.find(reference) : undefined;
      if (!found) throw collectionNotFound(name);
      return collectionDetails(found);
    },
    create: async (input, caller) => {
      if (caller.isAnonymous) {
        throw refuse(403, 'StylesAnonForbidden', 'Anonymous users have no collections.');
      }
      const { kind, ids: styleIds } = await membersOf(input.styles ?? [], caller, 'BadRequest');
      refuseProfanity(input);
      const id = randomUUID();
      const fields = {
        kind,
        name: ownedName(input.name),
        info: plainText(input.info ?? ''),
        isPublic: input.public ?? true,
        styleIds,
      };
      const collection = { id, ownerId: caller.id, fields, now: clock() };
      await db.write(() => insertCollection(db.query, collection));
      return id;
    },
    change: async (id, input, caller) => {
      const found = await find(id);
      if (found.ownerId !== caller.id) throw notYours();
      const members = input.styles && (await membersOf(input.styles, caller, 'StyleMismatch'));
      if (members && members.kind !== found.kind) {
        throw refuse(400, 'StyleMismatch', `This collection holds ${found.kind} styles.`);
      }
      refuseProfanity(input);
      const fields = {
        ...(input.name === undefined ? {} : { name: ownedName(input.name) }),
        ...(input.info === undefined ? {} : { info: plainText(input.info) }),
        ...(input.public === undefined ? {} : { isPublic: input.public }),
        ...(members === undefined ? {} : { styleIds: members.ids }),
      };
      const collection = { id, ownerId: caller.id, fields, now: clock() };
      await db.write(() => updateCollection(db.query, collection));
    },
    remove: async (id, caller) => {
      const found = await find(id);
      const isOwner = found.ownerId === caller.id;
      if (!isOwner && !caller.isModerator) throw notYours();
      await db.write(function* () {
        yield* deleteCollection(db.query, id);
        if (isOwner) return;
        const detail = { collectionId: id, ownerId: found.ownerId, name: found.name };
        yield* audit(db.query, { actorId: caller.id, action: 'collection.delete', detail, now: clock() });
      });
    },
    choice: async (reference, kind) => {
      const found = await store.find(reference, kind);
      return found && { id: found.id, kind: found.kind, members: found.styles.map((style) => style.id) };
    },
  };
}

/** A collection without styles cannot be made. */
export function noStyles(): ProblemError {
  return refuse(400, 'BadRequest', 'A collection holds at least one style.');
}

function notYours(): ProblemError {
  return refuse(403, 'Forbidden', 'This collection belongs to somebody else.');
}

/** @throws ProblemError 400 `BadRequest` */
function kindOf(type: string | undefined): StyleKind | undefined {
  if (type === undefined || type === 'all') return undefined;
  const kind = styleKinds.find((name) => name === type);
  if (kind === undefined) throw refuse(400, 'BadRequest', 'type is all, image or text.');
  return kind;
}

function collectionDetails(found: StoredCollection): Collection {
  return {
    id: found.id,
    name: found.name,
    type: found.kind,
    info: escapeMarkup(found.info),
    public: found.isPublic,
    styles: [...found.styles],
    use_count: found.useCount,
  };
}
