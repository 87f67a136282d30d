import { type Static, Type } from 'typebox';

/** A picture in the gallery with every setting that made it. Times are milliseconds since the epoch. */
export const GalleryImage = Type.Object({
  id: Type.String(),
  creationId: Type.Union([Type.String(), Type.Null()]),
  createdAt: Type.Integer(),
  binnedAt: Type.Union([Type.Integer(), Type.Null()]),
  width: Type.Integer(),
  height: Type.Integer(),
  sizeBytes: Type.Integer(),
  /** Name of the file inside the gallery folder. */
  fileName: Type.String(),
  prompt: Type.String(),
  negativePrompt: Type.String(),
  model: Type.String(),
  sampler: Type.String(),
  karras: Type.Boolean(),
  steps: Type.Integer(),
  cfgScale: Type.Number(),
  seed: Type.String(),
  hordeName: Type.String(),
  workerName: Type.String(),
  kudos: Type.Number(),
  isCensored: Type.Boolean(),
  /** Notes of the worker: resized, other sampler, not checked. */
  notes: Type.Array(Type.String()),
  imageUrl: Type.String(),
  thumbnailUrl: Type.String(),
});
export type GalleryImage = Static<typeof GalleryImage>;

/** One page, newest first; `nextCursor` is null on the last. */
export const GalleryPage = Type.Object({
  images: Type.Array(GalleryImage),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
  total: Type.Integer(),
});
export type GalleryPage = Static<typeof GalleryPage>;

export const GalleryQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 100 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    /** `true` lists the bin instead. */
    bin: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type GalleryQuery = Static<typeof GalleryQuery>;
