type Json = Record<string, unknown>;

const nameKey = 'x-definition';

/**
 * Copies a schema with every `$id` under a key that the document's resolver leaves alone. Objects with keys
 * of their own choice are described by `additionalProperties`: Swagger 2.0 has no `patternProperties`.
 */
export function markNames(schema: object): Json {
  const marked = mapObject(withoutPatterns(schema), (value) => {
    if (Array.isArray(value)) return value.map((item: unknown) => (isObject(item) ? markNames(item) : item));
    return isObject(value) ? markNames(value) : value;
  });
  const { $id: name, ...rest } = marked;
  return typeof name === 'string' ? { ...rest, [nameKey]: name } : marked;
}

function withoutPatterns(schema: object): object {
  const { patternProperties, ...rest }: { patternProperties?: unknown } = { ...schema };
  if (!isObject(patternProperties)) return schema;
  const [values] = Object.values(patternProperties);
  return { ...rest, additionalProperties: values };
}

/**
 * Turns a Swagger document whose schemas stand in place into the one that generated clients know:
 * schemas marked by `markNames` become definitions of that name, bodies are called `payload`, and a schema
 * that may be null is `x-nullable`, since Swagger 2.0 has no null type.
 */
export function nameDefinitions<T extends object>(document: T): T {
  const definitions: Json = {};
  const named = { ...document, ...mapObject(document, (value) => rewrite(value, definitions)) };
  return { ...named, definitions };
}

function rewrite(value: unknown, definitions: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, definitions));
  if (!isObject(value)) return value;
  const nullable = nullableOf(value);
  if (nullable) return withNull(rewrite(nullable, definitions));
  const { [nameKey]: id, ...rest } = value;
  const plain = mapObject(rest, (item) => rewrite(item, definitions));
  if (plain['in'] === 'body') return { ...plain, name: 'payload' };
  if (typeof id !== 'string') return plain;
  definitions[id] = plain;
  return { $ref: `#/definitions/${id}` };
}

/** The other half of a union of one schema with null. */
function nullableOf(value: Json): Json | undefined {
  const options: unknown = value['anyOf'];
  if (!Array.isArray(options) || options.length !== 2) return undefined;
  const others: unknown[] = options.filter((option) => !isObject(option) || option['type'] !== 'null');
  const [other] = others;
  return others.length === 1 && isObject(other) ? other : undefined;
}

/** Beside a `$ref` other keys are ignored, so a named schema is wrapped. */
function withNull(value: unknown): unknown {
  if (!isObject(value)) return value;
  return '$ref' in value ? { allOf: [value], 'x-nullable': true } : { ...value, 'x-nullable': true };
}

function mapObject(source: object, change: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, change(value)]));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
