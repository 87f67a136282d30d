import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '#shared/common/problem.ts';
import type { AppFastify } from './fastify-base.ts';
import { isLong, jsonInParts } from './long-lists.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the caller wants of the answer, if not all of it. */
    fieldMask: FieldMask | undefined;
  }
}

/** The fields to keep; `rest` keeps those that are not named. */
interface FieldMask {
  readonly fields: ReadonlyMap<string, FieldMask | undefined>;
  readonly rest: boolean;
}

const maxDepth = 8;
const maxLength = 2000;
const heartbeat = '/api/v2/status/heartbeat';

/**
 * The `X-Fields` header of the v2 routes (`api.md` 1.7): `a,b{c,d},*` keeps those fields of an answer.
 * A malformed mask is refused before anything happens; unknown names are ignored.
 */
export function applyFieldMasks(server: AppFastify): void {
  server.decorateRequest('fieldMask', undefined);
  server.addHook('onRequest', (request, _reply, done) => {
    if (request.headers['x-fields'] !== undefined) request.fieldMask = maskOf(request);
    done();
  });
  server.addHook('preSerialization', (request, reply, payload, done) => {
    const mask = reply.statusCode < 300 ? request.fieldMask : undefined;
    const toJson = (answer: unknown): string => {
      const json = jsonOf(reply, answer);
      return mask ? JSON.stringify(masked(JSON.parse(json), mask)) : json;
    };
    if (isLong(payload)) sendInParts(reply, payload, toJson);
    else if (mask) reply.serializer(toJson);
    done(null, payload);
  });
}

function sendInParts(
  reply: FastifyReply,
  list: readonly unknown[],
  toJson: (part: readonly unknown[]) => string,
): void {
  reply.type('application/json; charset=utf-8');
  // Fastify sends whatever stream a serializer gives; its type knows only of whole texts.
  reply.serializer(() => Readable.from(jsonInParts(list, toJson)) as unknown as string);
}

/** The answer as it would be sent: what its schema does not name is gone. */
function jsonOf(reply: FastifyReply, answer: unknown): string {
  const serialize = reply.getSerializationFunction(String(reply.statusCode));
  // A route's schema takes what its handler gives; Fastify types that as a record.
  return serialize ? serialize(answer as Record<string, unknown>) : JSON.stringify(answer);
}

function maskOf(request: FastifyRequest): FieldMask | undefined {
  const header = request.headers['x-fields'];
  const url = request.routeOptions.url ?? '';
  if (typeof header !== 'string' || !url.startsWith('/api/v2/') || url === heartbeat) return undefined;
  return parseMask(header);
}

/** @throws ProblemError 400 for a mask that does not parse */
function parseMask(text: string): FieldMask {
  const tokens = text.length > maxLength ? [] : (text.match(/[^\s,{}]+|[,{}]/g) ?? []);
  const isWrapped = tokens[0] === '{';
  const parser = { tokens: isWrapped ? tokens.slice(1) : tokens, at: 0 };
  const mask = parseFields(parser, 0);
  if (isWrapped) skip(parser, '}');
  if (parser.at < parser.tokens.length) throw malformed();
  return mask;
}

interface Parser {
  readonly tokens: readonly string[];
  at: number;
}

function parseFields(parser: Parser, depth: number): FieldMask {
  if (depth > maxDepth) throw malformed();
  const fields = new Map<string, FieldMask | undefined>();
  let rest = false;
  do {
    const name = parser.tokens[parser.at];
    if (name === undefined || /[,{}]/.test(name)) throw malformed();
    parser.at += 1;
    let inner: FieldMask | undefined;
    if (parser.tokens[parser.at] === '{') {
      parser.at += 1;
      inner = parseFields(parser, depth + 1);
      skip(parser, '}');
    }
    if (name === '*') rest = true;
    else fields.set(name, inner);
  } while (parser.tokens[parser.at] === ',' && (parser.at += 1) > 0);
  return { fields, rest };
}

function skip(parser: Parser, token: string): void {
  if (parser.tokens[parser.at] !== token) throw malformed();
  parser.at += 1;
}

function malformed(): ProblemError {
  return new ProblemError(400, undefined, 'The X-Fields mask is malformed.');
}

function masked(value: unknown, mask: FieldMask): unknown {
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).flatMap(([name, item]): Array<[string, unknown]> => {
    if (!mask.fields.has(name)) return mask.rest ? [[name, item]] : [];
    const inner = mask.fields.get(name);
    return [[name, inner ? masked(item, inner) : item]];
  });
  return Object.fromEntries(kept);
}
