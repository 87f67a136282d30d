import { type HordeDocument, isObject } from './document.ts';
import type { Operation } from './operations.ts';
import { type Answer, type Call, everybody, type Expected, type OperationSpec, type Who } from './spec.ts';
import type { World } from './world.ts';

/** One thing that is claimed of an operation. */
export interface Case {
  readonly operation: Operation;
  readonly says: string;
  readonly expect: Expected;
  ask(world: World): Promise<Answer>;
}

/** A UUID, and for numbers a number, that nothing has. */
const nothing = { uuid: '00000000-0000-4000-8000-000000000000', number: '2147483647' };

/** Every case of an operation: its success, each kind of caller, what names nothing, bodies of the wrong shape, and its own. */
export function casesOf(operation: Operation, spec: OperationSpec, document: HordeDocument): readonly Case[] {
  const one = (says: string, expect: Expected, make: (world: World) => Promise<Call> | Call): Case => ({
    operation,
    says,
    expect,
    ask: async (world) => world.call(operation.name, await make(world)),
  });
  const sampleBut = (change: (call: Call) => Call) => async (world: World) =>
    change(await spec.sample(world));
  return [
    one('succeeds', spec.success, spec.sample),
    ...callers(spec).map(([who, expect]) =>
      one(
        `called by ${who}`,
        expect,
        sampleBut((call) => ({ ...withoutKey(call), as: who })),
      ),
    ),
    ...Object.entries(spec.unknown ?? {}).flatMap(([name, expect]) =>
      namingNothing(name).map((value) =>
        one(
          `with ${name} ${JSON.stringify(value)}`,
          expect,
          sampleBut((call) => ({ ...call, path: { ...call.path, [name]: value } })),
        ),
      ),
    ),
    ...bodyCases(document.bodyOf(operation)).map(({ says, path, change }) =>
      one(
        says,
        { status: 400, errors: [path] },
        sampleBut((call) => ({ ...call, body: change(call.body) })),
      ),
    ),
    ...(spec.extras ?? []).map(({ says, call, expect }) => one(says, expect, call)),
  ];
}

function withoutKey(call: Call): Call {
  const { key: _key, ...rest } = call;
  return rest;
}

function callers(spec: OperationSpec): ReadonlyArray<readonly [Who, Expected]> {
  const named = Object.entries(spec.refused ?? {}) as Array<[Who, Expected]>; // the type of its keys
  const others = everybody.filter((who) => spec.refused?.[who] === undefined);
  return [...named, ...others.map((who) => [who, spec.success] as const)];
}

function namingNothing(parameter: string): readonly string[] {
  if (parameter === 'user_id' || parameter === 'filter_id') return [nothing.number, 'abc', '-1'];
  if (parameter.endsWith('id')) return [nothing.uuid, 'no-uuid', '%'];
  return ['nothing of this name', 'a%2Fb'];
}

interface BodyCase {
  readonly says: string;
  readonly path: string;
  readonly change: (body: unknown) => unknown;
}

/** Each property of the body with a value of another type, and with null (`api.md` 1.1, 1.5.2). */
function bodyCases(schema: Record<string, unknown> | undefined): readonly BodyCase[] {
  const properties = schema?.['properties'];
  if (!isObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, property]) => {
    const set = (value: unknown) => (body: unknown) => ({ ...(body as object), [name]: value });
    const type = isObject(property) ? property['type'] : undefined;
    const wrong = type === 'object' || type === 'array' ? 'text' : { other: [] };
    return [
      { says: `with a ${name} of another type`, path: name, change: set(wrong) },
      { says: `with ${name} null`, path: name, change: set(null) },
    ];
  });
}
