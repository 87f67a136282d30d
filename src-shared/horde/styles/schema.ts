import { type Static, Type } from 'typebox';
import { pageParameter } from '../common/paging.ts';
import { ImageParams, RequestWarning } from '../requests/schema.ts';
import { TextParams } from '../requests/text-schema.ts';
import { SharedKeyDetails } from '../sharedkeys/schema.ts';

/** Unknown keys are accepted and dropped: the validator removes what an input schema does not name. */
const dropUnknown = { additionalProperties: false } as const;

const imageParams = Type.Omit(ImageParams, [
  'seed',
  'seed_variation',
  'control_type',
  'image_is_control',
  'return_control_map',
  'init_as_image',
  'extra_texts',
  'n',
] as const);
export type ImageStyleParams = Static<typeof imageParams>;

/**
 * Image parameters that a style may set: those of a request without what belongs to one request, and
 * without their defaults, which an answer would fill in. A style is shown as it was sent (`api.md` 4.3).
 */
export const ImageStyleParams = Type.Unsafe<ImageStyleParams>({
  ...withoutDefaults(imageParams),
  $id: 'ModelStyleInputParamsStable',
  ...dropUnknown,
});

/** A copy with neither defaults nor names: a name stands for one schema only. */
function withoutDefaults(schema: object): object {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === 'default' || key === '$id' ? undefined : value,
  );
  const copy: unknown = JSON.parse(text);
  return typeof copy === 'object' && copy !== null ? copy : {};
}

/** Text parameters that a style may set: those of a request without its lengths and its number (`api.md` 4.3). */
export const TextStyleParams = Type.Omit(TextParams, ['n', 'max_context_length', 'max_length'] as const, {
  $id: 'ModelStyleInputParamsKobold',
  ...dropUnknown,
});
export type TextStyleParams = Static<typeof TextStyleParams>;

/** Parameters of a style; which of them it may have depends on its kind, and the kinds share no name. */
export type StyleParams = ImageStyleParams & TextStyleParams;

const name = Type.String({ minLength: 1, maxLength: 100 });
const commonInput = {
  public: Type.Optional(Type.Boolean({ default: true, description: 'Whether the style is listed.' })),
  nsfw: Type.Optional(Type.Boolean({ default: false })),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 25 }))),
  models: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }))),
} as const;
const info = (minLength: number) => Type.Optional(Type.String({ minLength, maxLength: 1000 }));
const prompt = (minLength: number) => Type.Optional(Type.String({ minLength }));
const sharedKeyId = Type.Optional(Type.String({ minLength: 36, maxLength: 36 }));

const imageInput = { ...commonInput, prompt: prompt(7), params: Type.Optional(ImageStyleParams) };
const textInput = {
  ...commonInput,
  params: Type.Optional(TextStyleParams),
  sharedkey: Type.Optional(Type.String()),
};

/** Bodies of `POST /styles/image` and `/styles/text` (`api.md` 5.4). */
export const ImageStyleInput = Type.Object(
  { name, info: info(10), ...imageInput, sharedkey: sharedKeyId },
  { $id: 'ModelStyleInputStable', ...dropUnknown },
);
export const TextStyleInput = Type.Object(
  { name, info: info(10), ...textInput, prompt: prompt(3) },
  { $id: 'ModelStyleInputKobold', ...dropUnknown },
);
export type StyleInput = Static<typeof ImageStyleInput> | Static<typeof TextStyleInput>;

/** Bodies of `PATCH /styles/image/{style_id}` and its text twin: what is not sent stays. */
export const ImageStylePatch = Type.Object(
  { name: Type.Optional(name), info: info(1), ...imageInput, sharedkey: sharedKeyId },
  { $id: 'ModelStylePatchStable', ...dropUnknown },
);
export const TextStylePatch = Type.Object(
  { name: Type.Optional(name), info: info(1), ...textInput, prompt: prompt(7) },
  { $id: 'ModelStylePatchKobold', ...dropUnknown },
);
export type StylePatch = Static<typeof ImageStylePatch> | Static<typeof TextStylePatch>;

const commonDetails = {
  id: Type.String(),
  name: Type.String(),
  info: Type.String(),
  prompt: Type.String(),
  public: Type.Boolean(),
  nsfw: Type.Boolean(),
  tags: Type.Array(Type.String()),
  models: Type.Array(Type.String()),
  use_count: Type.Integer(),
  creator: Type.String({ description: 'The owner, as name#id.' }),
  shared_key: Type.Optional(SharedKeyDetails),
} as const;

export const StyleExample = Type.Object(
  { id: Type.String(), url: Type.String(), primary: Type.Boolean() },
  { $id: 'StyleExample' },
);
export type StyleExample = Static<typeof StyleExample>;

/** An image style as the API shows it (`api.md` 3.7). */
export const ImageStyle = Type.Object(
  { ...commonDetails, params: Type.Optional(ImageStyleParams), examples: Type.Array(StyleExample) },
  { $id: 'StyleStable' },
);
export type ImageStyle = Static<typeof ImageStyle>;

export const TextStyle = Type.Object({ ...commonDetails, params: TextStyleParams }, { $id: 'StyleKobold' });
export type TextStyle = Static<typeof TextStyle>;

/** Answer of everything that writes a style, an example or a collection (`api.md` 3.9). */
export const StyleModify = Type.Object(
  { id: Type.String(), message: Type.String(), warnings: Type.Optional(Type.Array(RequestWarning)) },
  { $id: 'StyleModify' },
);
export type StyleModify = Static<typeof StyleModify>;

const exampleUrl = Type.String({ maxLength: 2048, description: 'A link that begins with https://.' });
export const StyleExampleInput = Type.Object(
  { url: exampleUrl, primary: Type.Boolean() },
  { $id: 'InputStyleExamplePost', ...dropUnknown },
);
export type StyleExampleInput = Static<typeof StyleExampleInput>;
export const StyleExamplePatch = Type.Object(
  { url: Type.Optional(exampleUrl), primary: Type.Optional(Type.Boolean()) },
  { $id: 'InputStyleExamplePatch', ...dropUnknown },
);
export type StyleExamplePatch = Static<typeof StyleExamplePatch>;

export const StylePath = Type.Object({ style_id: Type.String() });
export const StyleNamePath = Type.Object({ style_name: Type.String() });
export const StyleExamplePath = Type.Object({ style_id: Type.String(), example_id: Type.String() });
export const StylesQuery = Type.Object({
  sort: Type.Optional(Type.String({ default: 'popular' })),
  page: pageParameter,
  tag: Type.Optional(Type.String()),
  model: Type.Optional(Type.String()),
});
export type StylesQuery = Static<typeof StylesQuery>;
