import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import type { Work } from '#main/db/work.ts';
import { audit, type User } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { isUuid } from '#shared/horde/common/uuid.ts';
import { noReference } from '#shared/horde/requests/models.ts';
import type { RequestWarning } from '#shared/horde/requests/schema.ts';
import type { StyleKind } from '#shared/horde/styles/kinds.ts';
import { checkStyle } from '#shared/horde/styles/param-rules.ts';
import { parseReference, printedName } from '#shared/horde/styles/references.ts';
import type {
  ImageStyle,
  StyleExampleInput,
  StyleExamplePatch,
  StyleInput,
  StylePatch,
  StylesQuery,
  TextStyle,
} from '#shared/horde/styles/schema.ts';
import type { UserStyle } from '#shared/horde/users/schema.ts';
import { styleDetails } from './details.ts';
import { deleteExample, exampleNotFound, insertExample, updateExample } from './examples.ts';
import { blankStyle, refuseKey, refuseProfanity, sentFields } from './fields.ts';
import type { StylePorts } from './ports.ts';
import { createStyleStore, type StoredStyle, type StyleStore } from './store.ts';
import { deleteStyle, insertStyle, styleNotFound, updateStyle } from './units.ts';

/** A style that was stored, and what its owner should know. */
export interface StyleWritten {
  readonly id: string;
  readonly warnings: RequestWarning[];
}

export interface StylesService {
  /** Reads for features that use styles. */
  readonly store: StyleStore;
  /** A page of public styles. @throws ProblemError 400 `BadRequest` for an unknown order */
  list(kind: StyleKind, query: StylesQuery): Promise<Array<ImageStyle | TextStyle>>;
  /** @throws ProblemError 404 `Image styleNotFound` · `Text styleNotFound`, 400 `StyleGetMistmatch` */
  one(kind: StyleKind, id: string): Promise<ImageStyle | TextStyle>;
  /** @throws ProblemError 404 `StyleNotFound`, 400 `StyleGetMistmatch` */
  byName(kind: StyleKind, name: string): Promise<ImageStyle | TextStyle>;
  /** @throws ProblemError of `api.md` 5.4 */
  create(kind: StyleKind, input: StyleInput, caller: User): Promise<StyleWritten>;
  change(kind: StyleKind, id: string, input: StylePatch, caller: User): Promise<StyleWritten>;
  /** The kind does not matter, as upstream. */
  remove(id: string, caller: User): Promise<void>;
  /** @returns the new example's id */
  addExample(styleId: string, input: StyleExampleInput, caller: User): Promise<string>;
  changeExample(styleId: string, id: string, input: StyleExamplePatch, caller: User): Promise<void>;
  removeExample(styleId: string, id: string, caller: User): Promise<void>;
  /** The styles of an account as its details list them. */
  ofUser(userId: number, withPrivate: boolean): Promise<UserStyle[]>;
  /** Whether a shared key works only through styles (SHK-04). */
  holdsSharedKey(sharedKeyId: string): Promise<boolean>;
}

export interface StylesOptions extends StylePorts {
  readonly db: AppDatabase;
  readonly clock: Clock;
}

const refuse = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);
const sorts: ReadonlySet<string> = new Set(['popular', 'age']);

/** @throws ProblemError 400 `BadRequest` */
export function refuseSort(sort: string | undefined): void {
  if (sort !== undefined && !sorts.has(sort)) throw refuse(400, 'BadRequest', 'sort is popular or age.');
}

/** Styles of the private horde, of both kinds (`api.md` 5.4, `accounts-and-safety.md` 6.3). */
export function createStylesService(options: StylesOptions): StylesService {
  const { db, clock } = options;
  const store = createStyleStore(db);
  const reference = options.reference ?? noReference;
  const keyOf = async (id: string) => options.sharedKeys?.find(id);
  const show = async (style: StoredStyle): Promise<ImageStyle | TextStyle> => {
    const key = style.sharedKeyId === null ? undefined : await keyOf(style.sharedKeyId);
    return styleDetails(style, key?.details);
  };
  const checkKey = async (id: string | undefined, owner: User): Promise<void> => {
    if (id !== undefined) refuseKey(await keyOf(id), owner.id, clock());
  };
  const find = async (id: string): Promise<StoredStyle> => {
    const found = isUuid(id) ? await store.byId(id) : undefined;
    if (!found) throw styleNotFound(id);
    return found;
  };
  /** A style that its owner or a moderator may change; a moderator's doing is audited. */
  const findForStaff = async (id: string, caller: User) => {
    const found = await find(id);
    if (found.ownerId !== caller.id && !caller.isModerator) throw notYours();
    return found;
  };
  const asStaff = (found: StoredStyle, caller: User, action: string, work: () => Work<void>) =>
    db.write(function* () {
      yield* work();
      if (found.ownerId === caller.id) return;
      const detail = { styleId: found.id, name: printedName(found.ownerAlias, 'style', found.name) };
      yield* audit(db.query, { actorId: caller.id, action, detail, now: clock() });
    });

  return {
    store,
    list: async (kind, query) => {
      refuseSort(query.sort);
      return Promise.all((await store.list(kind, query)).map((style) => show(style)));
    },
    one: async (kind, id) => {
      const found = isUuid(id) ? await store.byId(id) : undefined;
      // The codes are upstream's, blank and capitals included (`api.md` Q5).
      const rc = kind === 'image' ? 'Image styleNotFound' : 'Text styleNotFound';
      if (!found) throw refuse(404, rc, `Style ${id} was not found.`);
      refuseOtherKind(kind, found);
      return show(found);
    },
    byName: async (kind, name) => {
      const reference = parseReference(name);
      const isName = reference && 'name' in reference && reference.category !== 'collection';
      const found = isName ? await store.byName(reference, kind) : undefined;
      if (!found) throw styleNotFound(name);
      refuseOtherKind(kind, found);
      return show(found);
    },
    create: async (kind, input, caller) => {
      if (!caller.isCustomizer && !caller.isTrusted) {
        throw refuse(403, 'StylesRequiresCustomizer', 'Only customizers and trusted users make styles.');
      }
      refuseProfanity(options.isProfane, input);
      await checkKey(input.sharedkey, caller);
      const fields = { kind, ...blankStyle, ...sentFields(input) };
      const warnings = checkStyle(fields, { owner: caller, reference });
      const id = randomUUID();
      await db.write(() => insertStyle(db.query, { id, ownerId: caller.id, fields, now: clock() }));
      return { id, warnings };
    },
    change: async (kind, id, input, caller) => {
      const found = await find(id);
      if (found.kind !== kind) throw styleNotFound(id);
      if (found.ownerId !== caller.id) throw notYours();
      refuseProfanity(options.isProfane, input);
      await checkKey(input.sharedkey, caller);
      const fields = sentFields(input);
      const warnings = checkStyle({ ...found, ...fields }, { owner: caller, reference });
      await db.write(() => updateStyle(db.query, { id, ownerId: caller.id, fields, now: clock() }));
      return { id, warnings };
    },
    remove: async (id, caller) => {
      if (caller.isAnonymous) throw refuse(403, 'StylesAnonForbidden', 'Anonymous users have no styles.');
      const found = await findForStaff(id, caller);
      await asStaff(found, caller, 'style.delete', () => deleteStyle(db.query, id));
    },
    addExample: async (styleId, input, caller) => {
      const found = await findForStaff(styleId, caller);
      if (found.kind !== 'image') throw refuse(400, 'BadRequest', 'Only image styles have examples.');
      const id = randomUUID();
      const example = { id, styleId, url: input.url, isPrimary: input.primary };
      await asStaff(found, caller, 'style.example.add', () => insertExample(db.query, example));
      return id;
    },
    changeExample: async (styleId, id, input, caller) => {
      const found = await findForStaff(styleId, caller);
      if (!found.examples.some((example) => example.id === id)) throw exampleNotFound(id);
      const example = { id, styleId, url: input.url, isPrimary: input.primary };
      await asStaff(found, caller, 'style.example.change', () => updateExample(db.query, example));
    },
    removeExample: async (styleId, id, caller) => {
      const found = await findForStaff(styleId, caller);
      if (!found.examples.some((example) => example.id === id)) throw exampleNotFound(id);
      await asStaff(found, caller, 'style.example.delete', () => deleteExample(db.query, id, styleId));
    },
    ofUser: async (userId, withPrivate) =>
      (await store.ofUser(userId, withPrivate)).map((style) => ({
        id: style.id,
        name: printedName(style.ownerAlias, 'style', style.name),
        type: style.kind,
      })),
    holdsSharedKey: async (sharedKeyId) => {
      const found = db.read.selectFrom('horde_styles').select('id').where('shared_key_id', '=', sharedKeyId);
      return (await found.limit(1).executeTakeFirst()) !== undefined;
    },
  };
}

function notYours(): ProblemError {
  return refuse(403, 'Forbidden', 'This style belongs to somebody else.');
}

/** The code is spelled as upstream spells it. */
function refuseOtherKind(kind: StyleKind, found: StoredStyle): void {
  if (found.kind === kind) return;
  throw refuse(400, 'StyleGetMistmatch', `This is a style for ${found.kind} requests.`);
}
