/** Whether a database is named by the address of a PostgreSQL server instead of a file. */
export function isServerAddress(target: string): boolean {
  return /^postgres(ql)?:\/\//i.test(target);
}
