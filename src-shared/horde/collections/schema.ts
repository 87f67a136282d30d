import { type Static, Type } from 'typebox';
import { pageParameter } from '../common/paging.ts';
import { styleKinds } from '../styles/kinds.ts';

const dropUnknown = { additionalProperties: false } as const;

const fields = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  info: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
  public: Type.Optional(Type.Boolean({ default: true, description: 'Whether the collection is listed.' })),
  styles: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
      description: 'Ids or names of styles, all of one kind.',
    }),
  ),
} as const;

/** Body of `POST /collections` (`api.md` 5.5). */
export const CollectionInput = Type.Object(
  { ...fields, name: Type.String({ minLength: 1, maxLength: 100 }) },
  { $id: 'InputModelCollection', ...dropUnknown },
);
export type CollectionInput = Static<typeof CollectionInput>;

/** Body of `PATCH /collections/{collection_id}`: what is not sent stays. */
export const CollectionPatch = Type.Object(fields, { $id: 'PatchModelCollection', ...dropUnknown });
export type CollectionPatch = Static<typeof CollectionPatch>;

/** A collection as the API shows it (`api.md` 3.8). */
export const Collection = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    type: Type.Enum([...styleKinds], { type: 'string' }),
    info: Type.String(),
    public: Type.Boolean(),
    styles: Type.Array(
      Type.Object(
        { name: Type.String({ description: 'As owner#id::style::name.' }), id: Type.String() },
        { $id: 'CollectionStyle' },
      ),
    ),
    use_count: Type.Integer(),
  },
  { $id: 'ResponseModelCollection' },
);
export type Collection = Static<typeof Collection>;

export const CollectionPath = Type.Object({ collection_id: Type.String() });
export const CollectionNamePath = Type.Object({ collection_name: Type.String() });
export const CollectionsQuery = Type.Object({
  sort: Type.Optional(Type.String({ default: 'popular' })),
  page: pageParameter,
  type: Type.Optional(Type.String({ default: 'all' })),
});
export type CollectionsQuery = Static<typeof CollectionsQuery>;
