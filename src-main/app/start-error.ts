/** Why the app could not start, as a stable code for `--json` and for the window's message. */
export type StartErrorCode =
  | 'already_running'
  | 'data_folder_unusable'
  | 'disk_full'
  | 'port_in_use'
  | 'data_from_newer_version'
  | 'database_unusable'
  | 'bad_arguments';

/** A start that failed for a reason that the person can do something about; the message says what. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;
  /** Facts for `--json`, for example the pid of the running app or a free port. */
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    code: StartErrorCode,
    message: string,
    details: Readonly<Record<string, string | number>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** Process exit code of a failed start; 3 is promised for a second start on the same data. */
export function exitCodeOf(error: StartError): number {
  return error.code === 'already_running' ? 3 : 4;
}
