import type { Case } from './cases.ts';
import type { Operation } from './operations.ts';
import type { Call, OperationSpec } from './spec.ts';

/** What holds of every operation, whatever it does: odd but legal HTTP, and HTTP that is not (`api.md` 1). */
export function protocolCases(operation: Operation, spec: OperationSpec): readonly Case[] {
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(operation.method);
  const ask =
    (change: (call: Call) => Call): Case['ask'] =>
    async (world) =>
      world.call(operation.name, change(await spec.sample(world)));
  const say = (says: string, expect: Case['expect'], change: (call: Call) => Call): Case => ({
    operation,
    says,
    expect,
    ask: ask(change),
  });
  const upper = say('with headers in upper case and one that is unknown', spec.success, (call) => ({
    ...call,
    headers: { ...call.headers, 'X-UNKNOWN': 'text', 'CLIENT-AGENT': 'conformance:1:unknown' },
  }));
  if (!hasBody) {
    const typed = say('with a JSON content type and no body', spec.success, (call) => ({
      ...call,
      headers: { ...call.headers, 'content-type': 'application/json' },
    }));
    return [upper, typed];
  }
  return [
    upper,
    say('with keys that nobody knows', spec.success, (call) => ({
      ...call,
      body: { ...(call.body as object), unknown_key: { nested: [1, 'two', null] } },
    })),
    say('with a body that is no JSON', { status: 400 }, (call) => ({ ...call, body: '{"not":' })),
    say('with a body of another content type', { status: 415 }, (call) => ({
      ...call,
      body: 'a=b',
      headers: { ...call.headers, 'content-type': 'application/x-www-form-urlencoded' },
    })),
  ];
}
