import { type Static, Type } from 'typebox';

/** What a worker says about one picture (`queue.md` 2.12). */
export const GenerationMetadata = Type.Object(
  {
    type: Type.Enum(
      [
        'lora',
        'ti',
        'censorship',
        'source_image',
        'source_mask',
        'extra_source_images',
        'batch_index',
        'information',
        'aesthetic_score',
      ],
      { type: 'string' },
    ),
    value: Type.Enum(['download_failed', 'parse_failed', 'baseline_mismatch', 'csam', 'nsfw', 'see_ref'], {
      type: 'string',
    }),
    ref: Type.Optional(Type.String({ maxLength: 255 })),
  },
  { $id: 'GenerationMetadataStable', additionalProperties: false },
);
export type GenerationMetadata = Static<typeof GenerationMetadata>;

/** What a worker says about one text. */
export const TextGenerationMetadata = Type.Object(
  {
    type: Type.Enum(['censorship'], { type: 'string' }),
    value: Type.Enum(['csam'], { type: 'string' }),
    ref: Type.Optional(Type.String({ maxLength: 255 })),
  },
  { $id: 'GenerationMetadataKobold', additionalProperties: false },
);
export type TextGenerationMetadata = Static<typeof TextGenerationMetadata>;
