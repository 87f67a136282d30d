const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Whether an id of a path or a body can be one; every other is found nowhere (`api.md` 1.1). */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}
