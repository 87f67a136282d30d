import { type Static, Type } from 'typebox';

/**
 * The error body of every answer: a sentence for people and, where one exists, the horde's return
 * code. `errors` maps the path of a refused value to what is wrong with it (`api.md` 1.5).
 */
export const Problem = Type.Object(
  {
    message: Type.String(),
    rc: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;

/** A refusal with the HTTP status, the return code and the sentence that a client sees. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly rc: string | undefined;
  readonly errors: Readonly<Record<string, string>> | undefined;

  constructor(
    status: number,
    rc: string | undefined,
    message: string,
    options: { errors?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.rc = rc;
    this.errors = options.errors;
  }
}
