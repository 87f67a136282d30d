import type { CustomTypesConfig } from 'pg';

/** A number of the database that no JavaScript number holds exactly. */
export class UnsafeNumberError extends RangeError {
  override readonly name = 'UnsafeNumberError';
}

const oids = { bool: 16, int8: 20, int2: 21, int4: 23, float4: 700, float8: 701, numeric: 1700 };

const parsers = new Map<number, (text: string) => unknown>([
  // As SQLite answers, and as our tables store flags.
  [oids.bool, (text) => (text === 't' ? 1 : 0)],
  [oids.int8, exactly],
  [oids.int2, Number],
  [oids.int4, Number],
  [oids.float4, Number],
  [oids.float8, Number],
  // What `sum` of integers gives.
  [oids.numeric, exactly],
]);

/** How values come from the server: numbers and text, nothing else is stored. */
export const valueTypes: CustomTypesConfig = {
  // The declared type has an overload for every oid; all of them are this one function.
  getTypeParser: ((oid: number) => parsers.get(oid) ?? String) as CustomTypesConfig['getTypeParser'],
};

/** @throws UnsafeNumberError rather than round money */
function exactly(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  // An average has a fraction; it is no count of cents.
  if (text.includes('.') && Math.abs(value) < Number.MAX_SAFE_INTEGER) return value;
  throw new UnsafeNumberError(`${text} is beyond the numbers that are exact`);
}

/** How a value goes to the server: its text cannot hold a NUL, which becomes the replacement character. */
export function toServer(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}
