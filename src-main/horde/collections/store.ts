import type { Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { HordeCollectionTable } from '#main/db/tables/horde-styles.ts';
import { offsetOf } from '#shared/horde/common/paging.ts';
import type { CollectionsQuery } from '#shared/horde/collections/schema.ts';
import type { StyleKind } from '#shared/horde/styles/kinds.ts';
import { printedName, type StyleReference } from '#shared/horde/styles/references.ts';

/** A collection as it is stored, with the styles that are left in it. */
export interface StoredCollection {
  readonly id: string;
  readonly kind: StyleKind;
  readonly ownerId: number;
  readonly name: string;
  readonly info: string;
  readonly isPublic: boolean;
  readonly useCount: number;
  readonly styles: ReadonlyArray<{ readonly id: string; readonly name: string }>;
}

const pageSize = 25;

/** Reads collections of the private horde. */
export function createCollectionStore(db: AppDatabase) {
  const select = () =>
    db.read.selectFrom('horde_collections as c').innerJoin('users as u', 'u.id', 'c.user_id').selectAll('c');
  const listed = () => select().where('c.is_public', '=', 1).where('u.deleted_at', 'is', null);
  const first = async (found: Selectable<HordeCollectionTable> | undefined) =>
    found === undefined ? undefined : (await complete(db, [found]))[0];

  return {
    /** By id, or the oldest public one of a name, or the owner's where the reference names one. */
    find: async (reference: StyleReference, kind?: StyleKind): Promise<StoredCollection | undefined> => {
      if ('id' in reference) return first(await select().where('c.id', '=', reference.id).executeTakeFirst());
      const { name, ownerId } = reference;
      const named = (ownerId === undefined ? listed() : select().where('c.user_id', '=', ownerId))
        .where('c.name', '=', name)
        .orderBy('c.created')
        .orderBy('c.id')
        .limit(1);
      const fitting =
        kind === undefined ? undefined : await named.where('c.kind', '=', kind).executeTakeFirst();
      return first(fitting ?? (await named.executeTakeFirst()));
    },

    list: async (query: CollectionsQuery, kind: StyleKind | undefined): Promise<StoredCollection[]> => {
      let found = listed();
      if (kind !== undefined) found = found.where('c.kind', '=', kind);
      if (query.sort !== 'age') found = found.orderBy('c.use_count', 'desc');
      const page = found
        .orderBy('c.created')
        .orderBy('c.id')
        .limit(pageSize)
        .offset(offsetOf(query.page, pageSize));
      return complete(db, await page.execute());
    },
  };
}

async function complete(
  db: AppDatabase,
  found: ReadonlyArray<Selectable<HordeCollectionTable>>,
): Promise<StoredCollection[]> {
  const ids = found.map((collection) => collection.id);
  if (ids.length === 0) return [];
  const members = await db.read
    .selectFrom('horde_collection_styles as m')
    .innerJoin('horde_styles as s', 's.id', 'm.style_id')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .select(['m.collection_id', 's.id', 's.name', 's.user_id', 'u.username'])
    .where('m.collection_id', 'in', ids)
    .orderBy('m.place')
    .execute();
  return found.map((collection) => ({
    id: collection.id,
    kind: collection.kind,
    ownerId: collection.user_id,
    name: collection.name,
    info: collection.info,
    isPublic: collection.is_public === 1,
    useCount: collection.use_count,
    styles: members
      .filter((member) => member.collection_id === collection.id)
      .map(({ id, name, username, user_id }) => ({
        id,
        name: printedName(`${username}#${user_id}`, 'style', name),
      })),
  }));
}
