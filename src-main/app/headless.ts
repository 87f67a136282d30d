import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { forkEngine } from '#main/platform/fork-engine.ts';
import { createFileSecrets } from '#main/platform/node-secrets.ts';
import type { Platform, SecretStore } from '#main/platform/ports.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { examineLedger } from './ledger.ts';
import { announce, openInBrowser, reportFailure } from './announce.ts';
import { createApp } from './create-app.ts';
import { closeInTime, onEndAsked } from './end-with-host.ts';
import { readOptions, type StartOptions } from './options.ts';
import { linkOfRunning } from './running-link.ts';
import { secretFiles } from './secret-files.ts';
import { exitCodeOf, StartError } from './start-error.ts';

/** Where the app's own files lie. */
export interface Places {
  readonly engineEntry: string;
  readonly projectRoot: string;
}

/**
 * The app in a plain Node process: starts, says where it is, and ends at a signal or when the starter
 * goes away. Exit codes: 0 after a signal, 3 when it already runs on this data, 4 when it cannot start.
 * With `--check-ledger` it audits the books and ends: 0 when they are right, 1 when they are not.
 * Without `--headless` a second start is a visit: it opens the running app and ends with 0.
 */
export async function runHeadless(args: readonly string[], places: Places): Promise<void> {
  let isJson = args.includes('--json');
  let options: StartOptions | undefined;
  try {
    options = readOptions(args);
    isJson = options.isJson;
    if (options.ledger) {
      process.exitCode = await examineLedger(options);
      return;
    }
    const app = await createApp(nodePlatform(options.dataDir, places.engineEntry), {
      version: packageJson.version,
      resourcesDir: join(places.projectRoot, 'resources'),
      rendererDir: join(places.projectRoot, 'out', 'renderer'),
      ...options,
    });
    onEndAsked(() => void closeInTime(() => app.close()).then((code) => process.exit(code)));
    await announce(app, options);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    if (options && (await visitRunning(error, options))) return;
    reportFailure(error, isJson);
    process.exitCode = exitCodeOf(error);
  }
}

/** Opens the app that holds the folder in the browser, for a person who asked for no more than to see it. */
async function visitRunning(error: StartError, options: StartOptions): Promise<boolean> {
  const isVisit = !options.isHeadless && !options.isJson && options.ledger === undefined;
  if (error.code !== 'already_running' || !isVisit) return false;
  const link = await linkOfRunning(options.dataDir);
  if (link === undefined) return false;
  process.stdout.write(`${error.message} Open ${link}\n`);
  if (options.opens) openInBrowser(link);
  return true;
}

function nodePlatform(dataDir: string, engineEntry: string): Platform {
  const files = secretFiles(dataDir);
  return {
    kind: 'headless',
    clock: Date.now,
    secrets: existsSync(files.sealed) ? sealedSecrets(dataDir) : createFileSecrets(files.plain),
    spawnEngine: (role) => forkEngine(engineEntry, role, (line) => process.stderr.write(`${line}\n`)),
  };
}

/** New secrets beside sealed ones would make every key of the horde worthless: the start fails instead. */
function sealedSecrets(dataDir: string): SecretStore {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new StartError(
        'data_folder_unusable',
        `The keys of ${dataDir} are in this computer's keychain, which only the installed app opens. Start that, or choose another folder with --data.`,
      ),
    );
  return { get: refuse, set: refuse, delete: refuse };
}
