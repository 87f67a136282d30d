import { type Static, Type } from 'typebox';

/** Documents that the host may write. */
export const documentNames = ['terms', 'privacy', 'sponsors'] as const;
export type DocumentName = (typeof documentNames)[number];

/** A document in the one format that was asked for (`api.md` 5.15). */
export const HordeDocument = Type.Object(
  { html: Type.Optional(Type.String()), markdown: Type.Optional(Type.String()) },
  { $id: 'HordeDocument' },
);
export type HordeDocument = Static<typeof HordeDocument>;

export const DocumentQuery = Type.Object({ format: Type.Optional(Type.String({ default: 'html' })) });

/** Importance values in use (`api.md` 5.10). */
export const importances = ['Information', 'Workers', 'Integration', 'Upcoming', 'Crisis'] as const;

/** An item of `GET /status/news`; its text is Markdown. */
export const Newspiece = Type.Object(
  {
    date_published: Type.String({ description: 'YYYY-MM-DD.' }),
    newspiece: Type.String(),
    importance: Type.String(),
    tags: Type.Array(Type.String()),
    title: Type.Union([Type.String(), Type.Null()]),
    more_info_urls: Type.Array(Type.String()),
  },
  { $id: 'Newspiece' },
);
export type Newspiece = Static<typeof Newspiece>;

/** What a moderator writes. */
export const NewspieceInput = Type.Object({
  date_published: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
  newspiece: Type.String({ minLength: 1, maxLength: 20_000 }),
  importance: Type.Enum([...importances], { type: 'string' }),
  tags: Type.Array(Type.String({ minLength: 1, maxLength: 50 }), { maxItems: 20 }),
  title: Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()]),
  more_info_urls: Type.Array(Type.String({ pattern: '^https://', maxLength: 2048 }), { maxItems: 20 }),
});
export type NewspieceInput = Static<typeof NewspieceInput>;
