import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Longest readable part of a file name, in characters; at most 4 bytes each, so any disk takes it. */
const maxSlugLength = 48;
const unfinished = '.part';
/** A file that is unfinished for so long is nobody's any more. */
const abandonedMs = 60_000;

/**
 * Name of a picture below the gallery folder: `2026-11/a-red-fox-3f9a0c5b7d21.webp`. The same
 * picture always gets the same name, so saving it again after a crash leaves no second file. The id
 * comes from a horde: only its digest reaches the disk.
 */
export function pictureFileName(picture: { id: string; createdAt: number; prompt: string }): string {
  const month = new Date(picture.createdAt).toISOString().slice(0, 7);
  const words =
    picture.prompt
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const slug = Array.from(words.join('-')).slice(0, maxSlugLength).join('').replace(/-$/, '');
  return `${month}/${slug === '' ? 'picture' : slug}-${shortDigest(picture.id)}.webp`;
}

/** Name of a picture's thumbnail below the thumbnail folder, spread over 256 folders. */
export function thumbnailFileName(id: string): string {
  const digest = shortDigest(id);
  return `${digest.slice(0, 2)}/${digest}.webp`;
}

function shortDigest(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12);
}

/** Writes a file whole or not at all: to a neighbour, onto the disk, then renamed. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  // A name of its own: the same file may be in the writing twice.
  const neighbour = `${path}.${randomUUID()}${unfinished}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const handle = await open(neighbour, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(neighbour, path);
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes a rename durable where folders can be synced; Windows neither can nor needs it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names of all pictures in the gallery folder; files that a crash left unfinished long before `now` are removed. */
export async function listPictures(galleryDir: string, now: number): Promise<Set<string>> {
  const names = new Set<string>();
  const entries = await readdir(galleryDir, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    },
  );
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (entry.name.endsWith(unfinished)) await removeAbandoned(path, now);
    else if (entry.name.endsWith('.webp')) {
      names.add(path.slice(galleryDir.length + 1).replaceAll('\\', '/'));
    }
  }
  return names;
}

async function removeAbandoned(path: string, now: number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && now - found.mtimeMs > abandonedMs) await rm(path, { force: true });
}
