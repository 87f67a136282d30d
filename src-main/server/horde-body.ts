import { ProblemError } from '#shared/common/problem.ts';
import type { AppFastify } from './fastify-base.ts';

const mebibyte = 1024 * 1024;
const maxDepth = 32;
const maxArrayLength = 1000;
const bodyLimits: Readonly<Record<string, number>> = {
  '/api/v2/generate/async': 48 * mebibyte,
  '/api/v2/interrogate/async': 48 * mebibyte,
  '/api/v2/generate/submit': 24 * mebibyte,
  '/api/v2/interrogate/submit': 24 * mebibyte,
};

/**
 * Bodies of the horde listener: JSON alone, bounded in size, depth and length, without NUL
 * (`api.md` 1.6, `accounts-and-safety.md` T-THR-13).
 */
export function acceptJsonBodies(server: AppFastify): void {
  server.addHook('onRoute', (route) => {
    const limit = bodyLimits[route.url];
    if (limit !== undefined) route.bodyLimit ??= limit;
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseBody(String(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** @throws ProblemError 400 · `NulByteInPayload` */
function parseBody(text: string): unknown {
  // Clients send a JSON content type with GET and DELETE although there is nothing to type.
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProblemError(400, undefined, 'The body is not valid JSON.');
  }
  inspect(value, 0);
  return value;
}

function inspect(value: unknown, depth: number): void {
  if (typeof value === 'string') refuseNul(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= maxDepth) throw new ProblemError(400, undefined, 'The body is nested too deeply.');
  if (Array.isArray(value)) {
    if (value.length > maxArrayLength) {
      throw new ProblemError(400, undefined, `A list has more than ${maxArrayLength} entries.`);
    }
    for (const item of value) inspect(item, depth + 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (isPrototype(key, item)) throw new ProblemError(400, undefined, 'The body has a forbidden key.');
    refuseNul(key);
    inspect(item, depth + 1);
  }
}

/** What would reach every object if it were merged into one (T-THR-32). */
function isPrototype(key: string, item: unknown): boolean {
  if (key === '__proto__') return true;
  return (
    key === 'constructor' && typeof item === 'object' && item !== null && Object.hasOwn(item, 'prototype')
  );
}

function refuseNul(text: string): void {
  if (text.includes('\0')) {
    throw new ProblemError(400, 'NulByteInPayload', 'The body has a NUL character.');
  }
}
