import { isDeepStrictEqual } from 'node:util';
import { type HordeDocument, isObject } from './document.ts';
import type { Operation } from './operations.ts';
import type { Answer, Expected } from './spec.ts';

/** An answer that takes longer hangs, whatever the machine is doing. */
const longestMs = 10_000;

/** What is wrong with an answer; nothing when it is as expected and as the document describes. */
export function faultsOf(
  answer: Answer,
  expected: Expected,
  about: { readonly operation: Operation; readonly document: HordeDocument },
): readonly string[] {
  const { body, status } = answer;
  const faults: string[] = [];
  if (status !== expected.status) faults.push(`status ${status}, not ${expected.status}`);
  if (answer.ms > longestMs) faults.push(`it took ${Math.round(answer.ms)} ms`);
  if (isObject(body) && status >= 400) faults.push(...refusalFaults(body, expected));
  for (const item of Array.isArray(body) ? body : [body]) faults.push(...keyFaults(item, expected));
  if (expected.like !== undefined && !isLike(body, expected.like)) {
    faults.push(`it is not like ${JSON.stringify(expected.like)}`);
  }
  if (faults.length === 0) faults.push(...about.document.faultsOf(about.operation, status, body));
  return faults.length === 0 ? [] : [...faults, `answered ${JSON.stringify(body)?.slice(0, 500)}`];
}

function refusalFaults(body: Record<string, unknown>, expected: Expected): string[] {
  const faults: string[] = [];
  if (typeof body['message'] !== 'string' || body['message'] === '') faults.push('it has no message');
  if (body['rc'] !== expected.rc) faults.push(`rc ${String(body['rc'])}, not ${String(expected.rc)}`);
  const named = isObject(body['errors']) ? Object.keys(body['errors']) : [];
  for (const key of expected.errors ?? []) {
    if (!named.includes(key)) faults.push(`errors name ${JSON.stringify(named)}, not ${key}`);
  }
  return faults;
}

function keyFaults(item: unknown, expected: Expected): string[] {
  const keys = isObject(item) ? Object.keys(item) : [];
  const missing = (expected.has ?? []).filter((key) => !keys.includes(key));
  const shown = (expected.lacks ?? []).filter((key) => keys.includes(key));
  return [...missing.map((key) => `no ${key}`), ...shown.map((key) => `it shows ${key}`)];
}

/** Whether everything that is expected is there; more may be. */
function isLike(value: unknown, expected: unknown): boolean {
  if (typeof expected === 'function') return expected(value) === true;
  if (Array.isArray(expected)) {
    return Array.isArray(value) && expected.every((item, at) => isLike(value[at], item));
  }
  if (!isObject(expected)) return isDeepStrictEqual(value, expected);
  return isObject(value) && Object.entries(expected).every(([key, item]) => isLike(value[key], item));
}
