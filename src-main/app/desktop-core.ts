import type { Folders, Platform } from '#main/platform/ports.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { announce } from './announce.ts';
import { createApp } from './create-app.ts';
import type { StartOptions } from './options.ts';
import { linkOfRunning } from './running-link.ts';
import { StartError } from './start-error.ts';

/** The core that a window shows: one of its own, or one that already runs in another process. */
export interface DesktopCore {
  readonly origin: string;
  /** A fresh one-time link to the interface. */
  mintLink(): Promise<string>;
  /** Ends a core of its own, jobs handed back; a visited one stays. */
  close(): Promise<void>;
}

/**
 * Starts the core for a window. Where another process, such as a headless start, already runs on the
 * data folder, the window shows that one.
 * @throws StartError
 */
export async function openDesktopCore(
  platform: Platform,
  folders: Omit<Folders, 'dataDir'>,
  options: StartOptions,
): Promise<DesktopCore> {
  try {
    const app = await createApp(platform, { version: packageJson.version, ...folders, ...options });
    // The window need not wait for the engine.
    void announce(app, { isJson: options.isJson, opens: false });
    return {
      origin: new URL(app.mintAppUrl()).origin,
      mintLink: async () => app.mintAppUrl(),
      close: () => app.close(),
    };
  } catch (error) {
    if (!(error instanceof StartError && error.code === 'already_running')) throw error;
    return visit(options.dataDir, error);
  }
}

/** @throws the given error when the running app does not answer */
async function visit(dataDir: string, error: StartError): Promise<DesktopCore> {
  const mintLink = async (): Promise<string> => {
    const link = await linkOfRunning(dataDir);
    if (link === undefined) throw error;
    return link;
  };
  return { origin: new URL(await mintLink()).origin, mintLink, close: async () => undefined };
}
