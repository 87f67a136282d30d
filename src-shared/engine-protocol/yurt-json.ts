import { Type, type Static } from 'typebox';

const side = Type.Integer({ minimum: 64, maximum: 2048 });
const color = Type.Number({ minimum: -100, maximum: 100 });

/** `yurt.json` beside a model's parts: what a folder says of itself. */
export const yurtJsonSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  id: Type.String({ minLength: 1, maxLength: 255 }),
  baseline: Type.String({ minLength: 1, maxLength: 100 }),
  native_width: side,
  native_height: side,
  default_steps: Type.Integer({ minimum: 1, maximum: 500 }),
  default_cfg: Type.Number({ minimum: 0, maximum: 100 }),
  default_sampler: Type.String({ minLength: 1, maxLength: 50 }),
  default_karras: Type.Boolean(),
  nsfw: Type.Boolean(),
  description: Type.String({ maxLength: 2000 }),
  /** Four latent channels to three colors; left out, the model shows no previews. */
  preview_matrix: Type.Optional(
    Type.Array(Type.Array(color, { minItems: 3, maxItems: 3 }), { minItems: 4, maxItems: 4 }),
  ),
  preview_bias: Type.Optional(Type.Array(color, { minItems: 3, maxItems: 3 })),
});
export type YurtJson = Static<typeof yurtJsonSchema>;
