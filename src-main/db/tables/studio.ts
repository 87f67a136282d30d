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

/** Tables of the studio. Times are milliseconds since the epoch. */
export interface StudioTables {
  studio_document: StudioDocumentTable;
  gallery_image: GalleryImageTable;
}
