import type { CreationState } from '#shared/studio/creations/schema.ts';

/** A value of the studio that is kept whole, as JSON: the settings, the draft of a screen. */
export interface StudioDocumentTable {
  name: string;
  value: string;
  updated_at: number;
}

/** A picture of the gallery with what made it. Flags are 0 or 1. */
export interface GalleryImageTable {
  id: string;
  creation_id: string | null;
  created_at: number;
  binned_at: number | null;
  /** 1 while the file is gone from the gallery folder: hidden until it is back. */
  is_missing: number;
  /** Below the gallery folder, with `/` between folder and name. */
  file_name: string;
  size_bytes: number;
  width: number;
  height: number;
  prompt: string;
  negative_prompt: string;
  model: string;
  sampler: string;
  karras: number;
  steps: number;
  cfg_scale: number;
  seed: string;
  horde_name: string;
  worker_name: string;
  kudos: number;
  is_censored: number;
  /** JSON array of strings. */
  notes: string;
}

/** A request made from the studio. Flags are 0 or 1; `input` and the other objects are JSON. */
export interface StudioCreationTable {
  id: string;
  connection_id: string;
  created_at: number;
  state: CreationState;
  /** 1 once nothing more happens to it. */
  is_over: number;
  input: string;
  request_id: string | null;
  /** When it was sent, while the horde's answer to that is not known. */
  sent_at: number | null;
  /** Ids of the account's requests just before it was sent, as a JSON array. */
  active_before: string | null;
  wants_cancel: number;
  progress: string;
  image_ids: string;
  kudos_expected: number | null;
  kudos_used: number;
  warnings: string;
  problem: string | null;
}

/** Tables of the studio. Times are milliseconds since the epoch. */
export interface StudioTables {
  studio_document: StudioDocumentTable;
  gallery_image: GalleryImageTable;
  studio_creation: StudioCreationTable;
}
