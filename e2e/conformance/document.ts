import { Errors } from 'typebox/schema';
import type { Operation } from './operations.ts';
import { asObject } from './world.ts';

type Json = Record<string, unknown>;

/** The Swagger document that the horde serves, as the suite asks it. */
export interface HordeDocument {
  /** Operation ids by `METHOD /path` below `/api/v2`. */
  readonly ids: ReadonlyMap<string, string>;
  /** Statuses that an operation says it answers with. */
  statusesOf(operation: Operation): readonly number[];
  /** Schema of an operation's body, definitions in place; undefined where it has none. */
  bodyOf(operation: Operation): Json | undefined;
  /** What is wrong with an answer's body, or nothing: other types, missing keys, keys that are not described. */
  faultsOf(operation: Operation, status: number, body: unknown): readonly string[];
}

/** Fetches `/api/swagger.json`. @param base of the API, e.g. `http://127.0.0.1:7001/api/v2` */
export async function readDocument(base: string): Promise<HordeDocument> {
  const document = asObject(await (await fetch(base.replace(/\/v2$/, '/swagger.json'))).json());
  const definitions = asObject(document['definitions']);
  const paths = asObject(document['paths']);
  const described = (operation: Operation): Json | undefined => {
    const methods = paths[`/v2${operation.path}`];
    const found = isObject(methods) ? methods[operation.method.toLowerCase()] : undefined;
    return isObject(found) ? found : undefined;
  };
  const responsesOf = (operation: Operation): Json => {
    const responses = described(operation)?.['responses'];
    return isObject(responses) ? responses : {};
  };
  return {
    ids: idsOf(paths),
    statusesOf: (operation) => Object.keys(responsesOf(operation)).map(Number),
    bodyOf: (operation) => {
      const parameters = described(operation)?.['parameters'];
      const body = Array.isArray(parameters)
        ? parameters.find((it: unknown) => isObject(it) && it['in'] === 'body')
        : undefined;
      return isObject(body) ? asObject(resolve(body['schema'], definitions, false)) : undefined;
    },
    faultsOf: (operation, status, body) => {
      const response = responsesOf(operation)[String(status)];
      if (!isObject(response)) return [`the document has no ${status} of this operation`];
      if (response['schema'] === undefined) return [];
      const schema = resolve(response['schema'], definitions, true);
      const [, errors] = Errors(isObject(schema) ? schema : {}, body);
      return errors.slice(0, 5).map((error) => `${error.instancePath} ${error.message}`);
    },
  };
}

function idsOf(paths: Json): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(isObject(methods) ? methods : {})) {
      const id = isObject(operation) ? operation['operationId'] : undefined;
      ids.set(`${method.toUpperCase()} ${path.replace(/^\/v2/, '')}`, String(id));
    }
  }
  return ids;
}

/** Puts definitions in place of references; strict objects have no keys but those they describe. */
function resolve(schema: unknown, definitions: Json, strict: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((item) => resolve(item, definitions, strict));
  if (!isObject(schema)) return schema;
  const { $ref: reference, 'x-nullable': nullable, ...rest } = schema;
  const plain =
    typeof reference === 'string'
      ? resolve(definitions[reference.replace('#/definitions/', '')], definitions, strict)
      : closed(
          Object.fromEntries(
            Object.entries(rest).map(([key, value]) => [key, resolve(value, definitions, strict)]),
          ),
          strict,
        );
  return nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}

function closed(schema: Json, strict: boolean): Json {
  if (!strict || !isObject(schema['properties']) || schema['additionalProperties'] !== undefined)
    return schema;
  return { ...schema, additionalProperties: false };
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
