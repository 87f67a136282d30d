import { type Query, row, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { StyleKind } from '#shared/horde/styles/kinds.ts';

/** What the owner decides of a collection. */
export interface CollectionFields {
  readonly name: string;
  readonly info: string;
  readonly isPublic: boolean;
  readonly styleIds: readonly string[];
}

interface CollectionWrite<F> {
  readonly id: string;
  readonly ownerId: number;
  readonly fields: F;
  readonly now: number;
}

/** @throws ProblemError 400 `BadRequest` when the owner has a collection of that name */
export function* insertCollection(
  query: Query,
  collection: CollectionWrite<CollectionFields & { readonly kind: StyleKind }>,
): Work<void> {
  const { id, ownerId, fields, now } = collection;
  yield* refuseTakenName(query, collection);
  yield* run(
    query.insertInto('horde_collections').values({
      id,
      kind: fields.kind,
      user_id: ownerId,
      name: fields.name,
      info: fields.info,
      is_public: fields.isPublic ? 1 : 0,
      use_count: 0,
      created: now,
      updated: now,
    }),
  );
  yield* insertMembers(query, id, fields.styleIds);
}

/**
 * Writes what the owner sent and nothing else; the styles are replaced as a whole set.
 * @throws ProblemError 404 `CollectionNotFound` · 400 `BadRequest` for a taken name
 */
export function* updateCollection(
  query: Query,
  collection: CollectionWrite<Partial<CollectionFields>>,
): Work<void> {
  const { id, fields, now } = collection;
  const { name, info, isPublic, styleIds } = fields;
  yield* refuseTakenName(query, collection);
  const columns = {
    ...(name === undefined ? {} : { name }),
    ...(info === undefined ? {} : { info }),
    ...(isPublic === undefined ? {} : { is_public: isPublic ? 1 : 0 }),
    updated: now,
  };
  const changed = yield* run(query.updateTable('horde_collections').set(columns).where('id', '=', id));
  if (changed === 0) throw collectionNotFound(id);
  if (styleIds === undefined) return;
  yield* run(query.deleteFrom('horde_collection_styles').where('collection_id', '=', id));
  yield* insertMembers(query, id, styleIds);
}

function* refuseTakenName(
  query: Query,
  { id, ownerId, fields }: CollectionWrite<Partial<CollectionFields>>,
): Work<void> {
  const { name } = fields;
  if (name === undefined) return;
  const taken = yield* row(
    query
      .selectFrom('horde_collections')
      .select('id')
      .where('user_id', '=', ownerId)
      .where('name', '=', name)
      .where('id', '!=', id),
  );
  if (taken) throw new ProblemError(400, 'BadRequest', `You have a collection '${name}' already.`);
}

function* insertMembers(query: Query, id: string, styleIds: readonly string[]): Work<void> {
  const members = [...new Set(styleIds)].map((styleId, place) => ({
    collection_id: id,
    style_id: styleId,
    place,
  }));
  const ids = members.map((member) => member.style_id);
  const known = yield* row(
    query
      .selectFrom('horde_styles')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('id', 'in', ids),
  );
  // A style may have been deleted since it was looked up.
  if (Number(known?.count ?? 0) !== ids.length) throw new ProblemError(400, 'BadRequest', 'A style is gone.');
  yield* run(query.insertInto('horde_collection_styles').values(members));
}

/** Its styles stay. @throws ProblemError 404 `CollectionNotFound` */
export function* deleteCollection(query: Query, id: string): Work<void> {
  const deleted = yield* run(query.deleteFrom('horde_collections').where('id', '=', id));
  if (deleted === 0) throw collectionNotFound(id);
}

/** Deletes the collections of an account that is wiped (ACC-54). */
export function* deleteCollectionsOf(query: Query, userId: number): Work<void> {
  yield* run(query.deleteFrom('horde_collections').where('user_id', '=', userId));
}

export function collectionNotFound(reference: string): ProblemError {
  return new ProblemError(404, 'CollectionNotFound', `Collection '${reference}' was not found.`);
}
