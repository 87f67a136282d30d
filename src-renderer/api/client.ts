import type { Problem } from '#shared/common/problem.ts';

/** A refusal of core, or `status` 0 when core could not be reached at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Return code: a row of the table of problems. */
  readonly code: string;
  readonly errors: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, errors: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** Whether an error means that core could not be reached, so that nothing was done. */
export const isUnreachable = (error: unknown): boolean => error instanceof ApiError && error.status === 0;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface RequestOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Lets the request outlive the page: for the draft on the way out. */
  readonly isLast?: boolean;
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';

async function readProblem(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  return isProblem(body)
    ? new ApiError(response.status, body.rc ?? `http_${response.status}`, body.message, body.errors)
    : new ApiError(response.status, `http_${response.status}`, response.statusText);
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(options.body === undefined
        ? {}
        : { body: JSON.stringify(options.body), headers: { 'content-type': 'application/json' } }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.isLast === true ? { keepalive: true } : {}),
    });
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new ApiError(0, 'unreachable', 'Yurt does not answer.');
  }
}

/**
 * One call of the /app contract. `T` is the answer that `src-shared/studio/routes.ts` names for the
 * route; core checks its answers against the same schemas. Throws {@link ApiError}.
 */
export async function callApp<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  if (!response.ok) throw await readProblem(response);
  // The one boundary where core's checked JSON gets its type.
  return (response.status === 204 ? undefined : await response.json()) as T;
}
