import { type Static, Type } from 'typebox';

/** A picture of the gallery, by its id: paths never cross the bridge. */
export const PictureRef = Type.Object(
  { imageId: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);
export type PictureRef = Static<typeof PictureRef>;

/** A finished picture as the person is told of it, in the words of the interface. */
export const FinishedNotice = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    body: Type.String({ maxLength: 1000 }),
  },
  { additionalProperties: false },
);
export type FinishedNotice = Static<typeof FinishedNotice>;

/** An address to open in the person's own browser. */
export const ExternalLink = Type.Object(
  { url: Type.String({ minLength: 1, maxLength: 2000 }) },
  { additionalProperties: false },
);
export type ExternalLink = Static<typeof ExternalLink>;
