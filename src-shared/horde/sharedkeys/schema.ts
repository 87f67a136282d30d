import { type Static, Type } from 'typebox';

/** Body of `PUT /sharedkeys` and `PATCH /sharedkeys/{sharedkey_id}`; defaults are those of creation. */
export const SharedKeyInput = Type.Object(
  {
    kudos: Type.Optional(
      Type.Integer({
        minimum: -1,
        maximum: 50_000_000,
        default: 5000,
        description: 'What may be spent with the key; -1 is no limit.',
      }),
    ),
    expiry: Type.Optional(
      Type.Integer({
        minimum: -1,
        maximum: 36_500,
        default: -1,
        description: 'Days from now until the key ends; -1 is never.',
      }),
    ),
    name: Type.Optional(Type.String({ minLength: 3, maxLength: 255 })),
    max_image_pixels: Type.Optional(
      Type.Integer({
        minimum: -1,
        maximum: 4_194_304,
        default: -1,
        description: 'Pixels of one picture; -1 is no limit, 0 forbids pictures.',
      }),
    ),
    max_image_steps: Type.Optional(
      Type.Integer({ minimum: -1, maximum: 500, default: -1, description: 'Steps of one picture.' }),
    ),
    max_text_tokens: Type.Optional(
      Type.Integer({
        minimum: -1,
        maximum: 500,
        default: -1,
        description: 'Tokens of one text; -1 is no limit, 0 forbids texts.',
      }),
    ),
  },
  { $id: 'SharedKeyInput', additionalProperties: false },
);
export type SharedKeyInput = Static<typeof SharedKeyInput>;

/** A shared key as anybody sees it who knows its id (`api.md` 3.10). */
export const SharedKeyDetails = Type.Object(
  {
    id: Type.String(),
    username: Type.String({ description: 'The owner, as name#id.' }),
    name: Type.Optional(Type.String()),
    kudos: Type.Integer(),
    expiry: Type.Optional(Type.String({ description: 'RFC 822.' })),
    utilized: Type.Integer(),
    max_image_pixels: Type.Integer(),
    max_image_steps: Type.Integer(),
    max_text_tokens: Type.Integer(),
  },
  { $id: 'SharedKeyDetails' },
);
export type SharedKeyDetails = Static<typeof SharedKeyDetails>;

export const SharedKeyPath = Type.Object({ sharedkey_id: Type.String() });
