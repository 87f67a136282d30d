import { type Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Younger files may belong to something that is being written just now. */
const youngMs = 2 * 3600_000;
const batchSize = 200;
const uuidLength = 36;

export interface OrphanSweep {
  readonly folder: string;
  readonly now: number;
  /** Which of these requests, jobs and forms there still are. */
  readonly keptOf: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
}

/**
 * Removes files of the object store that belong to nothing any more: what a crash left between a file and
 * its row (`queue.md` 6.5). Names begin with the id of what they belong to.
 * @returns how many were removed
 */
export async function removeOrphans({ folder, now, keptOf }: OrphanSweep): Promise<number> {
  let removed = 0;
  for (const bucket of await foldersIn(folder)) {
    for (const shelf of await foldersIn(join(folder, bucket))) {
      const path = join(folder, bucket, shelf);
      const names = (await entriesOf(path)).filter((it) => it.isFile()).map((it) => it.name);
      for (let at = 0; at < names.length; at += batchSize) {
        removed += await removeOld(path, names.slice(at, at + batchSize), { now, keptOf });
      }
    }
  }
  return removed;
}

async function removeOld(
  path: string,
  names: readonly string[],
  { now, keptOf }: Omit<OrphanSweep, 'folder'>,
): Promise<number> {
  const old: string[] = [];
  for (const name of names) {
    const found = await stat(join(path, name)).catch(() => undefined);
    if (found && now - found.mtimeMs > youngMs) old.push(name);
  }
  if (old.length === 0) return 0;
  const kept = await keptOf(old.map((name) => name.slice(0, uuidLength)));
  // A file that was never renamed to its own name belongs to nothing either.
  const orphans = old.filter((name) => name.endsWith('.new') || !kept.has(name.slice(0, uuidLength)));
  for (const name of orphans) await rm(join(path, name), { force: true });
  return orphans.length;
}

async function foldersIn(path: string): Promise<string[]> {
  return (await entriesOf(path)).filter((it) => it.isDirectory()).map((it) => it.name);
}

/** Nothing, where nothing was ever stored. */
async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
