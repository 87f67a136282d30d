import fc from 'fast-check';
import { hostRoutes } from '#shared/horde/host/schema.ts';
import { type HordeDocument, isObject, readDocument } from './document.ts';
import { type Operation, readOperations } from './operations.ts';
import { type Call, everybody } from './spec.ts';
import { specs } from './specs/index.ts';
import { asObject, type World } from './world.ts';

/** An answer to nonsense comes at once: longer is a hang (issue: no hang over 1 s). */
const longestMs = 1_000;
/** What the framework may answer before an operation has its say (`api.md` 1.5). */
const protocolStatuses: ReadonlySet<number> = new Set([400, 404, 405, 413, 414, 415, 421, 429]);

/**
 * Sends random bodies, queries, paths and headers, made from what the document describes and then bent,
 * to every operation. Nothing may end in a 5xx, hang, or answer with a status that is not described,
 * and afterwards the books must balance.
 */
export async function fuzz(
  world: World,
  { calls, seed }: { readonly calls: number; readonly seed: number },
): Promise<readonly string[]> {
  const document = await readDocument(world.base);
  const operations = readOperations();
  const ids = await idsOf(world);
  const bodies = new Map(operations.map((it) => [it.name, bodyArbitrary(document.bodyOf(it))]));
  const arbitrary = fc
    .constantFrom(...operations)
    .chain((operation) =>
      callOf(operation, bodies.get(operation.name), ids).map((call) => ({ operation, call })),
    );
  const faults: string[] = [];
  const counts = new Map<number, number>();
  for (const { operation, call } of fc.sample(arbitrary, { numRuns: calls, seed })) {
    const answer = await world.call(operation.name, call);
    counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
    const fault = faultOf(answer, operation, document);
    if (fault !== undefined)
      faults.push(`${operation.name} ${fault}\n  ${JSON.stringify(call).slice(0, 800)}`);
    if (faults.length >= 20) break;
  }
  const told = [...counts].toSorted(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  process.stdout.write(`${calls} random calls were answered ${told.join(', ')}\n`);
  const ledger = asObject(await world.owner('GET', hostRoutes.ledger));
  if (ledger['ok'] !== true) faults.push(`the books do not balance: ${JSON.stringify(ledger['problems'])}`);
  return faults;
}

function faultOf(
  answer: Awaited<ReturnType<World['call']>>,
  operation: Operation,
  document: HordeDocument,
): string | undefined {
  const { status, body, ms } = answer;
  if (status >= 500) return `answered ${status}`;
  if (ms > longestMs) return `took ${Math.round(ms)} ms`;
  if (!document.statusesOf(operation).includes(status) && !protocolStatuses.has(status)) {
    return `answered ${status}, which is not described`;
  }
  if (status < 400) return undefined;
  const isPage = status === 404 && typeof body === 'string' && body.startsWith('<!doctype html>');
  const isRefusal = isObject(body) && typeof body['message'] === 'string';
  return isPage || isRefusal
    ? undefined
    : `refused without a message: ${JSON.stringify(body)?.slice(0, 200)}`;
}

const nothing = '00000000-0000-4000-8000-000000000000';

/** Ids of things that there are, by the name of the path's parameter, so that calls reach what is behind them. */
async function idsOf(world: World): Promise<ReadonlyMap<string, readonly string[]>> {
  const samples = new Map<string, string[]>();
  for (const { operation, sample } of specs) {
    if (!operation.includes('{')) continue;
    const { path } = await sample(world);
    for (const [name, id] of Object.entries(path ?? {})) {
      samples.set(name, [...(samples.get(name) ?? []), String(id)]);
    }
  }
  return samples;
}

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '__proto__',
    'constructor',
    "' OR 1=1 --",
    '<script>alert(1)</script>',
    '../../etc/passwd',
    '%2e%2e%2f',
    '\u202etxt',
    'a'.repeat(5_000),
    '💥'.repeat(300),
    '0000000000',
    '00000000-0000-4000-8000-000000000000',
    'NaN',
    '1e999',
  ),
);
const oddNumber = fc.constantFrom(0, -1, 1, 0.5, 1e9, 2 ** 31, -(2 ** 53), 1e308, 64, 512);
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: oddText },
  { weight: 2, arbitrary: oddNumber },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>([], {}, [[]], { a: { b: [] } }, [null], [1, 'a']) },
);

/** Values of a schema, each part bent now and then. */
function valueOf(schema: unknown, depth = 0): fc.Arbitrary<unknown> {
  if (!isObject(schema) || depth > 4) return oddValue;
  const bent = (fit: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 12, arbitrary: fit }, { weight: 1, arbitrary: oddValue });
  const { enum: choices, type, properties, items } = schema;
  if (Array.isArray(choices)) return bent(fc.constantFrom<unknown>(...choices));
  if (type === 'object' && isObject(properties)) {
    const fields = Object.entries(properties).map(([key, it]) => [key, valueOf(it, depth + 1)] as const);
    const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
    return bent(fc.record(Object.fromEntries(fields), { requiredKeys: required }));
  }
  if (type === 'array') return bent(fc.array(valueOf(items, depth + 1), { maxLength: 4 }));
  if (type === 'boolean') return bent(fc.boolean());
  if (type === 'integer' || type === 'number') return bent(numberOf(schema));
  return bent(fc.oneof(fc.string({ maxLength: 30 }), oddText));
}

function numberOf(schema: Record<string, unknown>): fc.Arbitrary<number> {
  const min = typeof schema['minimum'] === 'number' ? Math.ceil(schema['minimum']) : -10;
  const max = typeof schema['maximum'] === 'number' ? Math.floor(schema['maximum']) : min + 5_000;
  const step = typeof schema['multipleOf'] === 'number' ? schema['multipleOf'] : 1;
  return fc.integer({ min, max: Math.max(min, max) }).map((value) => Math.max(min, value - (value % step)));
}

function bodyArbitrary(schema: Record<string, unknown> | undefined): fc.Arbitrary<unknown> {
  return schema ? valueOf(schema) : fc.constant(undefined);
}

function callOf(
  operation: Operation,
  body: fc.Arbitrary<unknown> | undefined,
  known: ReadonlyMap<string, readonly string[]>,
): fc.Arbitrary<Call> {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => String(match[1]));
  // An empty segment or a dot is another path.
  const segment = oddText.filter((text) => text !== '' && !/^\.+$/.test(text));
  const idOf = (name: string) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...(known.get(name) ?? [nothing])) },
      { weight: 1, arbitrary: segment },
      { weight: 1, arbitrary: fc.constantFrom('1', '0', nothing) },
    );
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(operation.method);
  return fc
    .record({
      as: fc.constantFrom(...everybody.filter((who) => who !== 'stranger')),
      path: fc.record(Object.fromEntries(names.map((name) => [name, idOf(name)]))),
      query: fc.dictionary(
        fc.constantFrom('page', 'sort', 'type', 'name', 'tag', 'min_count', 'model_state'),
        oddText,
        {
          maxKeys: 3,
        },
      ),
      headers: fc.dictionary(
        fc.constantFrom(
          'client-agent',
          'x-fields',
          'proxied-for',
          'proxied-account',
          'accept',
          'if-none-match',
        ),
        fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '').trim()),
        { maxKeys: 2 },
      ),
      body: hasBody ? (body ?? oddValue) : fc.constant(undefined),
    })
    .map((call) => ({ ...call, query: call.query as Record<string, string> }));
}
