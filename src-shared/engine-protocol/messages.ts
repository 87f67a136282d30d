import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { bytesSchema, payloadSchema } from './payload.ts';

const id = Type.Integer({ minimum: 1 });
const name = Type.String({ maxLength: 255 });
const side = Type.Integer({ minimum: 1, maximum: 16_384 });
const prompt = Type.String({ maxLength: 100_000 });
const count = Type.Integer({ minimum: 0 });
const milliseconds = Type.Number({ minimum: 0 });

/** `ImageJob` as a schema. */
export const imageJobSchema = Type.Object({
  model: name,
  prompt,
  negativePrompt: prompt,
  width: Type.Integer({ minimum: 64, maximum: 4096 }),
  height: Type.Integer({ minimum: 64, maximum: 4096 }),
  steps: Type.Integer({ minimum: 1, maximum: 500 }),
  cfgScale: Type.Number({ minimum: 0, maximum: 100 }),
  sampler: name,
  karras: Type.Boolean(),
  clipSkip: Type.Integer({ minimum: 1, maximum: 12 }),
  seed: Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 }),
  batch: Type.Integer({ minimum: 1, maximum: 20 }),
});
const imageModelSchema = Type.Object({
  name,
  id: name,
  baseline: name,
  nativeWidth: side,
  nativeHeight: side,
  defaults: Type.Object({ steps: count, cfgScale: Type.Number(), sampler: name, karras: Type.Boolean() }),
  nsfw: Type.Boolean(),
  description: Type.String({ maxLength: 2000 }),
  sizeBytes: count,
});
const limitsSchema = Type.Object({
  maxBytes: Type.Integer({ minimum: 1 }),
  maxWidth: side,
  maxHeight: side,
});
const pictureSchema = Type.Object({ webp: payloadSchema, width: side, height: side });
const errorCode = Type.Union([
  Type.Literal('cancelled'),
  Type.Literal('engine_died'),
  Type.Literal('model_unknown'),
  Type.Literal('model_damaged'),
  Type.Literal('out_of_memory'),
  Type.Literal('not_supported'),
  Type.Literal('bad_picture'),
  Type.Literal('internal'),
]);

const toEngineSchema = Type.Union([
  Type.Object({
    type: Type.Literal('configure'),
    modelDirs: Type.Array(Type.String()),
    provider: name,
    tempDir: Type.String({ minLength: 1 }),
  }),
  Type.Object({ type: Type.Literal('listModels'), id }),
  Type.Object({ type: Type.Literal('generate'), id, job: imageJobSchema }),
  Type.Object({ type: Type.Literal('unload'), id }),
  Type.Object({
    type: Type.Literal('toWebp'),
    id,
    picture: payloadSchema,
    limits: limitsSchema,
    quality: Type.Integer({ minimum: 1, maximum: 100 }),
  }),
  Type.Object({
    type: Type.Literal('thumbnail'),
    id,
    picture: payloadSchema,
    limits: limitsSchema,
    maxSide: side,
  }),
  Type.Object({ type: Type.Literal('cancel'), id }),
  Type.Object({ type: Type.Literal('stop') }),
]);
/** What core sends to an engine process. */
export type ToEngine = Static<typeof toEngineSchema>;
export type EngineRequest = Extract<
  ToEngine,
  { type: 'listModels' | 'generate' | 'unload' | 'toWebp' | 'thumbnail' }
>;

const fromEngineSchema = Type.Union([
  Type.Object({ type: Type.Literal('ready') }),
  Type.Object({
    type: Type.Literal('progress'),
    id,
    done: count,
    expected: count,
    preview: Type.Optional(bytesSchema),
  }),
  Type.Object({
    type: Type.Literal('modelsListed'),
    id,
    models: Type.Array(imageModelSchema),
    damaged: Type.Array(Type.Object({ name: Type.String(), reason: Type.String() })),
  }),
  Type.Object({
    type: Type.Literal('generated'),
    id,
    pictures: Type.Array(pictureSchema, { maxItems: 20 }),
    notes: Type.Array(Type.String()),
    timings: Type.Object({
      loadMs: milliseconds,
      encodeMs: milliseconds,
      sampleMs: milliseconds,
      decodeMs: milliseconds,
    }),
  }),
  Type.Object({ type: Type.Literal('encoded'), id, picture: pictureSchema }),
  Type.Object({ type: Type.Literal('unloaded'), id }),
  Type.Object({ type: Type.Literal('failed'), id, code: errorCode, message: Type.String() }),
]);
/** What an engine process sends to core. */
export type FromEngine = Static<typeof fromEngineSchema>;
export type EngineReply = Exclude<FromEngine, { type: 'ready' | 'progress' }>;

/** Undefined for what is no message of the protocol. */
export function parseToEngine(message: unknown): ToEngine | undefined {
  return Value.Check(toEngineSchema, message) ? message : undefined;
}

/** Undefined for what is no message of the protocol. */
export function parseFromEngine(message: unknown): FromEngine | undefined {
  return Value.Check(fromEngineSchema, message) ? message : undefined;
}
