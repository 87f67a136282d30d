import { Type } from 'typebox';

/** A page of a list, counted from 1; less counts as 1 (`api.md` 1.10). */
export const pageParameter = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,9}$' }));

/** Rows to skip before a page of that many rows. */
export function offsetOf(page: string | undefined, pageSize: number): number {
  return (Math.max(1, Number(page ?? '1')) - 1) * pageSize;
}
