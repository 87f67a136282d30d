import type { Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { HordeStyleTable } from '#main/db/tables/horde-styles.ts';
import { offsetOf } from '#shared/horde/common/paging.ts';
import type { StyleKind } from '#shared/horde/styles/kinds.ts';
import type { StyleReference } from '#shared/horde/styles/references.ts';
import type { StyleExample, StyleParams, StylesQuery } from '#shared/horde/styles/schema.ts';

/** A style as it is stored. */
export interface StoredStyle {
  readonly id: string;
  readonly kind: StyleKind;
  readonly ownerId: number;
  /** `username#id`. */
  readonly ownerAlias: string;
  readonly name: string;
  readonly info: string;
  readonly prompt: string;
  readonly params: StyleParams;
  readonly isPublic: boolean;
  readonly nsfw: boolean;
  readonly sharedKeyId: string | null;
  readonly useCount: number;
  readonly tags: readonly string[];
  readonly models: readonly string[];
  readonly examples: readonly StyleExample[];
}

export type NamedReference = Exclude<StyleReference, { readonly id: string }>;
type StyleRow = Selectable<HordeStyleTable> & { username: string };

const pageSize = 25;

/** Reads styles of the private horde. */
export function createStyleStore(db: AppDatabase) {
  const select = () =>
    db.read
      .selectFrom('horde_styles as s')
      .innerJoin('users as u', 'u.id', 's.user_id')
      .selectAll('s')
      .select('u.username');
  const listed = () => select().where('s.is_public', '=', 1).where('u.deleted_at', 'is', null);
  const complete = (found: readonly StyleRow[]) => completeStyles(db, found);
  const first = async (found: StyleRow | undefined) =>
    found === undefined ? undefined : (await complete([found]))[0];

  return {
    byId: async (id: string): Promise<StoredStyle | undefined> =>
      first(await select().where('s.id', '=', id).executeTakeFirst()),

    byIds: async (ids: readonly string[]): Promise<StoredStyle[]> =>
      ids.length === 0 ? [] : complete(await select().where('s.id', 'in', ids).execute()),

    /**
     * The oldest public style of a name, or the owner's where the reference names one; a style of the
     * kind comes before one of the other.
     */
    byName: async ({ name, ownerId }: NamedReference, kind?: StyleKind): Promise<StoredStyle | undefined> => {
      const named = (ownerId === undefined ? listed() : select().where('s.user_id', '=', ownerId))
        .where('s.name', '=', name)
        .orderBy('s.created')
        .orderBy('s.id')
        .limit(1);
      const fitting =
        kind === undefined ? undefined : await named.where('s.kind', '=', kind).executeTakeFirst();
      return first(fitting ?? (await named.executeTakeFirst()));
    },

    list: async (kind: StyleKind, query: StylesQuery): Promise<StoredStyle[]> => {
      let found = listed().where('s.kind', '=', kind);
      const { tag, model } = query;
      if (tag !== undefined) {
        found = found.where((e) =>
          e.exists(
            e
              .selectFrom('horde_style_tags as t')
              .select('t.tag')
              .whereRef('t.style_id', '=', 's.id')
              .where('t.tag', '=', tag),
          ),
        );
      }
      if (model !== undefined) {
        found = found.where((e) =>
          e.exists(
            e
              .selectFrom('horde_style_models as m')
              .select('m.model')
              .whereRef('m.style_id', '=', 's.id')
              .where('m.model', '=', model),
          ),
        );
      }
      if (query.sort !== 'age') found = found.orderBy('s.use_count', 'desc');
      const page = found
        .orderBy('s.created')
        .orderBy('s.id')
        .limit(pageSize)
        .offset(offsetOf(query.page, pageSize));
      return complete(await page.execute());
    },

    ofUser: async (userId: number, withPrivate: boolean): Promise<StoredStyle[]> => {
      const owned = select().where('s.user_id', '=', userId).orderBy('s.created').orderBy('s.id');
      return complete(await (withPrivate ? owned : owned.where('s.is_public', '=', 1)).execute());
    },
  };
}

export type StyleStore = ReturnType<typeof createStyleStore>;

async function completeStyles(db: AppDatabase, found: readonly StyleRow[]): Promise<StoredStyle[]> {
  const ids = found.map((style) => style.id);
  if (ids.length === 0) return [];
  const [tags, models, examples] = await Promise.all([
    db.read
      .selectFrom('horde_style_tags')
      .selectAll()
      .where('style_id', 'in', ids)
      .orderBy('place')
      .execute(),
    db.read
      .selectFrom('horde_style_models')
      .selectAll()
      .where('style_id', 'in', ids)
      .orderBy('place')
      .execute(),
    db.read
      .selectFrom('horde_style_examples')
      .selectAll()
      .where('style_id', 'in', ids)
      .orderBy('place')
      .execute(),
  ]);
  return found.map((style) => ({
    id: style.id,
    kind: style.kind,
    ownerId: style.user_id,
    ownerAlias: `${style.username}#${style.user_id}`,
    name: style.name,
    info: style.info,
    prompt: style.prompt,
    // Only what the schema of the kind let through is ever stored.
    params: JSON.parse(style.params) as StyleParams,
    isPublic: style.is_public === 1,
    nsfw: style.nsfw === 1,
    sharedKeyId: style.shared_key_id,
    useCount: style.use_count,
    tags: tags.filter((it) => it.style_id === style.id).map((it) => it.tag),
    models: models.filter((it) => it.style_id === style.id).map((it) => it.model),
    examples: examples
      .filter((it) => it.style_id === style.id)
      .map((it) => ({ id: it.id, url: it.url, primary: it.is_primary === 1 })),
  }));
}
