import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ImageEngine, MediaEngine } from '#main/platform/engine-clients.ts';
import { createImageEngine, createMediaEngine } from '#main/platform/engine-supervisor.ts';
import type { Folders, Platform } from '#main/platform/ports.ts';

/** The processes beside core (`decisions.md` 36). */
export interface Engines {
  readonly image: ImageEngine;
  readonly media: MediaEngine;
}

/**
 * Starts the image and the media process, each with an empty folder of its own for pictures that are
 * too large for a message: what a killed launch left there belongs to nobody.
 */
export async function startEngines(
  platform: Pick<Platform, 'spawnEngine'>,
  options: Pick<Folders, 'dataDir' | 'resourcesDir'> & { provider: string; log: Logger },
): Promise<Engines> {
  const { dataDir, resourcesDir, provider, log } = options;
  const media = createMediaEngine({
    spawn: () => platform.spawnEngine('media'),
    log,
    tempDir: await emptyFolder(join(dataDir, 'temp', 'media')),
  });
  const image = createImageEngine({
    spawn: () => platform.spawnEngine('image'),
    log,
    modelDirs: [join(resourcesDir, 'models'), join(dataDir, 'models')],
    provider,
    tempDir: await emptyFolder(join(dataDir, 'temp', 'image')),
  });
  return { image, media };
}

async function emptyFolder(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}
