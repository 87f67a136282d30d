import { type Static, Type } from 'typebox';
import { CreationInput } from '#shared/studio/creations/schema.ts';

/** The Create screen as it was left. `touched` names fields that a change of model must not overwrite. */
export const CreateDraft = Type.Object(
  {
    input: CreationInput,
    isSeedLocked: Type.Boolean(),
    touched: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 40 }),
  },
  { additionalProperties: false },
);
export type CreateDraft = Static<typeof CreateDraft>;

/** The stored draft, or null before the first change. */
export const StoredDraft = Type.Object({ draft: Type.Union([CreateDraft, Type.Null()]) });
export type StoredDraft = Static<typeof StoredDraft>;
