const codes = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'];

/** Whether an error of a file or of the database, or what caused it, says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (typeof code === 'string' && codes.includes(code)) || isDiskFull(error.cause);
}
