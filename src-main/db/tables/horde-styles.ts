import type { StyleKind } from '#shared/horde/styles/kinds.ts';

/** What styles and collections have alike. Flags are 0 or 1, times milliseconds since the epoch. */
interface OwnedTable {
  id: string;
  kind: StyleKind;
  user_id: number;
  /** Unique among the owner's. */
  name: string;
  info: string;
  is_public: number;
  use_count: number;
  created: number;
  updated: number;
}

export interface HordeStyleTable extends OwnedTable {
  prompt: string;
  /** Parameters as they were sent, as JSON. */
  params: string;
  nsfw: number;
  shared_key_id: string | null;
}

export interface HordeStyleModelTable {
  style_id: string;
  model: string;
  place: number;
}

export interface HordeStyleTagTable {
  style_id: string;
  tag: string;
  place: number;
}

export interface HordeStyleExampleTable {
  id: string;
  style_id: string;
  url: string;
  /** Exactly one example of a style that has any. */
  is_primary: number;
  /** Order of arrival within the style. */
  place: number;
}

export type HordeCollectionTable = OwnedTable;

export interface HordeCollectionStyleTable {
  collection_id: string;
  style_id: string;
  place: number;
}

/** Tables of styles and collections. */
export interface HordeStyleTables {
  horde_styles: HordeStyleTable;
  horde_style_models: HordeStyleModelTable;
  horde_style_tags: HordeStyleTagTable;
  horde_style_examples: HordeStyleExampleTable;
  horde_collections: HordeCollectionTable;
  horde_collection_styles: HordeCollectionStyleTable;
}
