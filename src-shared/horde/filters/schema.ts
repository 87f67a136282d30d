import { type Static, Type } from 'typebox';

const filterType = { minimum: 10, maximum: 29 } as const;
const regexText = { minLength: 1, maxLength: 1000 } as const;

/** A filter as the API shows it (`api.md` 3.13); absent keys are left out. */
export const FilterDetails = Type.Object(
  {
    id: Type.String(),
    regex: Type.String(),
    filter_type: Type.Integer(),
    description: Type.Optional(Type.String()),
    replacement: Type.String(),
    user: Type.String({ description: 'Alias of the moderator who edited it last.' }),
  },
  { $id: 'FilterDetails' },
);
export type FilterDetails = Static<typeof FilterDetails>;

/** Body of `PUT /filters` (`api.md` 5.13). */
export const PutNewFilter = Type.Object(
  {
    regex: Type.String({ ...regexText, description: 'Matched without regard to case.' }),
    filter_type: Type.Integer(filterType),
    description: Type.Optional(Type.String({ maxLength: 1000 })),
    replacement: Type.Optional(Type.String({ maxLength: 255, default: '' })),
  },
  { $id: 'PutNewFilter', additionalProperties: false },
);
export type PutNewFilter = Static<typeof PutNewFilter>;

/** Body of `PATCH /filters/{filter_id}`: every field that is sent replaces the old one. */
export const PatchExistingFilter = Type.Object(
  {
    regex: Type.Optional(Type.String(regexText)),
    filter_type: Type.Optional(Type.Integer(filterType)),
    description: Type.Optional(Type.String({ maxLength: 1000 })),
    replacement: Type.Optional(Type.String({ maxLength: 255 })),
  },
  { $id: 'PatchExistingFilter', additionalProperties: false },
);
export type PatchExistingFilter = Static<typeof PatchExistingFilter>;

/** All patterns of a type in one expression. */
export const FilterRegex = Type.Object(
  { filter_type: Type.Integer(), regex: Type.String() },
  { $id: 'FilterRegex' },
);
export type FilterRegex = Static<typeof FilterRegex>;

/** What the filters say about a prompt; two or more would block it. */
export const FilterPromptSuspicion = Type.Object(
  { suspicion: Type.String(), matches: Type.Array(Type.String()) },
  { $id: 'FilterPromptSuspicion' },
);
export type FilterPromptSuspicion = Static<typeof FilterPromptSuspicion>;

/** Body of `POST /filters`. */
export const FilterTest = Type.Object(
  { prompt: Type.String(), filter_type: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);
export type FilterTest = Static<typeof FilterTest>;

const queryInteger = Type.String({ pattern: '^-?[0-9]{1,9}$' });

/** Query of `GET /filters`. */
export const FiltersQuery = Type.Object({
  filter_type: Type.Optional(queryInteger),
  contains: Type.Optional(Type.String({ description: 'Part of the regex or the description.' })),
});

/** Query of `GET /filters/regex`. */
export const FilterRegexQuery = Type.Object({ filter_type: Type.Optional(queryInteger) });

export const FilterPath = Type.Object({ filter_id: Type.String() });
