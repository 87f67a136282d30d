/** Drops the oldest entries of a map or set until no more than `size` are left. */
export function keepNewest(entries: Map<string, unknown> | Set<string>, size: number): void {
  for (const oldest of entries.keys()) {
    if (entries.size <= size) return;
    entries.delete(oldest);
  }
}
