import SwaggerParser from '@apidevtools/swagger-parser';
import { traverse, validate } from '@scalar/openapi-parser';
import { type HordeDocument, isObject } from './document.ts';
import type { Operation } from './operations.ts';
import { asObject, type World } from './world.ts';

interface DocumentCase {
  readonly says: string;
  ask(world: World, document: HordeDocument): Promise<readonly string[]>;
}

const textOf = async (world: World): Promise<string> =>
  (await fetch(world.base.replace(/\/v2$/, '/swagger.json'))).text();

/** What is claimed of the Swagger document (`decisions.md` 50). */
export function documentCases(operations: readonly Operation[]): readonly DocumentCase[] {
  return [
    {
      says: 'the document has the operations and ids of the public horde, and no others',
      ask: (_world, { ids }) => {
        const known = new Map(operations.map(({ name, id }) => [name, id]));
        const faults = operations
          .filter(({ name, id }) => ids.get(name) !== id)
          .map(({ name, id }) => `${name} is ${String(ids.get(name))}, not ${id}`);
        const others = [...ids.keys()].filter((name) => !known.has(name));
        return Promise.resolve([...faults, ...others.map((name) => `${name} is no operation of the API`)]);
      },
    },
    {
      says: 'a Swagger 2.0 validator accepts the document',
      ask: async (world) => {
        try {
          const api = asObject(await SwaggerParser.validate(JSON.parse(await textOf(world))));
          return api['swagger'] === '2.0' ? [] : [`it is Swagger ${String(api['swagger'])}`];
        } catch (error) {
          return [String(error)];
        }
      },
    },
    {
      says: 'another parser reads the same ids from the document',
      ask: async (world) => {
        const { valid, errors, specification } = await validate(await textOf(world));
        if (!valid || !specification) return (errors ?? []).map((error) => error.message);
        const found = new Set<string>();
        traverse(specification, (part) => {
          if (typeof part['operationId'] === 'string') found.add(part['operationId']);
          return part;
        });
        return operations.filter(({ id }) => !found.has(id)).map(({ id }) => `it finds no ${id}`);
      },
    },
    {
      says: 'the document uses no keyword that Swagger 2.0 lacks',
      ask: async (world) => foreignKeywords(JSON.parse(await textOf(world)), false),
    },
  ];
}

const foreign: ReadonlySet<string> = new Set([
  'anyOf',
  'oneOf',
  'not',
  'if',
  'const',
  'nullable',
  '$id',
  'examples',
  'patternProperties',
  'prefixItems',
  'unevaluatedProperties',
]);
/** What stands below these has a name of our choice. */
const named: ReadonlySet<string> = new Set(['properties', 'definitions', 'paths', 'responses']);

/** @param isNamed whether the keys of this part are names and no keywords */
function foreignKeywords(part: unknown, isNamed: boolean): string[] {
  if (Array.isArray(part)) return part.flatMap((item) => foreignKeywords(item, false));
  if (!isObject(part)) return [];
  return Object.entries(part).flatMap(([key, value]) => [
    ...(!isNamed && foreign.has(key) ? [`it has ${key}`] : []),
    ...foreignKeywords(value, !isNamed && named.has(key)),
  ]);
}
