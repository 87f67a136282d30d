import { type Static, Type } from 'typebox';

const id = Type.String({ minLength: 36, maxLength: 36 });

/** What a user says of one picture. */
export const AestheticRating = Type.Object(
  {
    id,
    rating: Type.Integer({ minimum: 1, maximum: 10 }),
    artifacts: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
  },
  { $id: 'AestheticRating', additionalProperties: false },
);

/** Body of `POST /generate/rate/{id}` (`api.md` 5.1). */
export const AestheticsInput = Type.Object(
  { best: Type.Optional(id), ratings: Type.Optional(Type.Array(AestheticRating)) },
  { $id: 'AestheticsPayload', additionalProperties: false },
);
export type AestheticsInput = Static<typeof AestheticsInput>;
