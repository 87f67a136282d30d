import { describe, expect, it } from 'vitest';
import { markNames, nameDefinitions } from './horde-definitions.ts';

describe('nameDefinitions', () => {
  it('moves named schemas to definitions, nested ones included', () => {
    const inner = { $id: 'Inner', type: 'object' };
    const outer = { $id: 'Outer', type: 'object', properties: { one: inner, many: { items: inner } } };
    expect(nameDefinitions(markNames({ paths: { '/a': { get: { schema: outer } } } }))).toEqual({
      paths: { '/a': { get: { schema: { $ref: '#/definitions/Outer' } } } },
      definitions: {
        Inner: { type: 'object' },
        Outer: {
          type: 'object',
          properties: {
            one: { $ref: '#/definitions/Inner' },
            many: { items: { $ref: '#/definitions/Inner' } },
          },
        },
      },
    });
  });

  it('describes maps by what they hold', () => {
    const map = { type: 'object', patternProperties: { '^.*$': { $id: 'Held', type: 'integer' } } };
    expect(nameDefinitions(markNames({ map }))).toEqual({
      map: { type: 'object', additionalProperties: { $ref: '#/definitions/Held' } },
      definitions: { Held: { type: 'integer' } },
    });
  });

  it('calls bodies payload and marks what may be null', () => {
    const document = {
      parameters: [{ in: 'body', name: 'body' }],
      id: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      choice: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    };
    expect(nameDefinitions(document)).toMatchObject({
      parameters: [{ in: 'body', name: 'payload' }],
      id: { type: 'string', 'x-nullable': true },
      choice: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    });
  });
});
