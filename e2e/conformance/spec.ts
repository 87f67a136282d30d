import type { World } from './world.ts';

/** Whose key a call carries. `nobody` sends none, `stranger` one that opens nothing. */
export type Who =
  | 'nobody'
  | 'stranger'
  | 'anonymous'
  | 'plain'
  | 'other'
  | 'trusted'
  | 'moderator'
  | 'admin'
  | 'flagged'
  | 'deleted';

export const everybody = [
  'nobody',
  'stranger',
  'anonymous',
  'plain',
  'trusted',
  'moderator',
  'admin',
] as const satisfies readonly Who[];

/** One call of an operation. */
export interface Call {
  /** Whose key; a key of another kind, a shared one say, stands in `key`. */
  readonly as?: Who;
  readonly key?: string;
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the answer; its text where that is none. */
  readonly body: unknown;
  readonly ms: number;
}

/** What an answer must be. */
export interface Expected {
  readonly status: number;
  readonly rc?: string;
  /** Keys of `errors` that a refused payload must name. */
  readonly errors?: readonly string[];
  /** Keys that the body, or each element of it, must have. */
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  /** Parts of the body that must be so: values, or questions that they answer with yes. */
  readonly like?: unknown;
}

/** A further case of an operation: a refusal with its `rc`, or another way to succeed. */
export interface Extra {
  readonly says: string;
  readonly call: (world: World) => Promise<Call> | Call;
  readonly expect: Expected;
}

/** Everything that is claimed of an operation (`api.md` 4 and 5). */
export interface OperationSpec {
  /** `METHOD /path` as in the table of operations. */
  readonly operation: string;
  /**
   * A call that succeeds. Made anew for every case, with everything that it needs (a request, a worker, a
   * style of its own), so that no case meets another.
   */
  readonly sample: (world: World) => Promise<Call> | Call;
  readonly success: Expected;
  /** What becomes of the sample in other hands; who is not named here succeeds. */
  readonly refused?: Partial<Record<Who, Expected>>;
  /** What becomes of the sample when a path parameter names nothing. */
  readonly unknown?: Readonly<Record<string, Expected>>;
  readonly extras?: readonly Extra[];
}

/** For `like`: a count to which other cases add. */
export const atLeastOne = (value: unknown): boolean => typeof value === 'number' && value >= 1;

/** The answers that most operations share. */
export const noKey: Expected = { status: 400, errors: ['apikey'] };
export const wrongKey: Expected = { status: 401, rc: 'InvalidAPIKey' };
/** Upstream declares some keys optional that it needs: their absence is no fault of the payload (`api.md` Q22). */
export const missingKey: Expected = { ...wrongKey };
export const refusal = (status: number, rc: string): Expected => ({ status, rc });
