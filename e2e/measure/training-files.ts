import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';

const root = new URL('../../', import.meta.url);

/** Files that the training scripts leave in the repository. */
export const trainingFiles = {
  prompts: fileURLToPath(new URL('resources/training/measure/prompts.json', root)),
  classes: fileURLToPath(new URL('resources/training/measure/classes.json', root)),
  classifier: fileURLToPath(new URL('resources/training/measure/shape-classifier.onnx', root)),
  model: fileURLToPath(new URL('resources/models/yurt-tiny', root)),
};

/** `prompts.json`: what is asked, and what the picture must show. */
export const Prompts = Type.Object({
  negative_prompt: Type.String(),
  prompts: Type.Array(
    Type.Object({
      prompt: Type.String({ minLength: 1 }),
      colour: Type.String(),
      shape: Type.String(),
      background: Type.String(),
      seed: Type.Integer({ minimum: 0 }),
    }),
    { minItems: 1 },
  ),
});

/** `classes.json`: the shapes in the order of the classifier's scores, and the centres of the named colors. */
export const Classes = Type.Object({
  shapes: Type.Array(Type.String(), { minItems: 2 }),
  colours: Type.Record(Type.String(), Type.Tuple([Type.Number(), Type.Number(), Type.Number()])),
});

/** Reads a JSON file that must have a shape. */
export async function readJson<T extends TSchema>(file: string, schema: T): Promise<Static<T>> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!Value.Check(schema, value)) throw new Error(`${file} is not what it should be`);
  return value;
}
