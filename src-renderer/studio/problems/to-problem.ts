import { ApiError } from '#ui/api/client.ts';
import type { Problem } from './problem-table.ts';

/** What an error of a call, or of this page itself, means to a person. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return { code: error.code, message: error.message, errors: error.errors };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
