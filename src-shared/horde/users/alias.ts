/** Largest id of an account (`api.md` 1.1). */
const largestId = 2_147_483_647;

/** The id in a path or after an alias' last `#`; undefined for anything else (ACC-31, ACC-32). */
export function userIdOf(digits: string): number | undefined {
  if (!/^[0-9]{1,10}$/.test(digits)) return undefined;
  const id = Number(digits);
  return id <= largestId ? id : undefined;
}

/** The id that an alias such as `ada#7` names; a bare id names itself, and the name does not count. */
export function userIdOfAlias(alias: string): number | undefined {
  return userIdOf(alias.slice(alias.lastIndexOf('#') + 1));
}
