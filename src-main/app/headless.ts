import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { forkEngine } from '#main/platform/fork-engine.ts';
import { defaultDataDir } from '#main/platform/node-folders.ts';
import { createFileSecrets } from '#main/platform/node-secrets.ts';
import type { Platform } from '#main/platform/ports.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { createApp, type PortChoice, type RunningApp } from './create-app.ts';
import { StartError, exitCodeOf } from './start-error.ts';

const defaults = { appPort: 7010, hordePort: 7001 };
const closeLimitMs = 10_000;

/** Where the app's own files lie. */
export interface Places {
  readonly engineEntry: string;
  readonly projectRoot: string;
}

interface Options {
  readonly dataDir: string;
  readonly appPort: PortChoice;
  readonly hordePort: PortChoice;
  readonly host: string;
  readonly startsWorker: boolean;
  readonly isJson: boolean;
  /** Opens the interface in the browser of this desktop. */
  readonly opens: boolean;
}

/**
 * The app in a plain Node process: starts, says where it is, and ends at a signal or when the starter
 * goes away. Exit codes: 0 after a signal, 3 when it already runs on this data, 4 when it cannot start.
 */
export async function runHeadless(args: readonly string[], places: Places): Promise<void> {
  let isJson = args.includes('--json');
  try {
    const options = readOptions(args);
    isJson = options.isJson;
    const app = await createApp(nodePlatform(options.dataDir, places.engineEntry), {
      version: packageJson.version,
      dataDir: options.dataDir,
      resourcesDir: join(places.projectRoot, 'resources'),
      rendererDir: join(places.projectRoot, 'out', 'renderer'),
      appPort: options.appPort,
      hordePort: options.hordePort,
      host: options.host,
      startsWorker: options.startsWorker,
    });
    endWithHost(app);
    announce(app, options);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    report(error, isJson);
    process.exitCode = exitCodeOf(error);
  }
}

function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        headless: { type: 'boolean' },
        open: { type: 'boolean' },
        json: { type: 'boolean' },
        data: { type: 'string' },
        'app-port': { type: 'string' },
        'horde-port': { type: 'string' },
        host: { type: 'string' },
        'no-worker': { type: 'boolean' },
      },
    });
    return {
      dataDir: resolve(values.data ?? defaultDataDir(process.platform, process.env)),
      appPort: portChoice(values['app-port'], defaults.appPort),
      hordePort: portChoice(values['horde-port'], defaults.hordePort),
      host: values.host ?? '127.0.0.1',
      startsWorker: values['no-worker'] !== true,
      isJson: values.json ?? false,
      opens: values.open ?? false,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('bad_arguments', `${reason}\nOptions: ${usage}`, {}, error);
  }
}

const usage =
  '--headless --data DIR --app-port N --horde-port N --host ADDR --no-worker --json (port 0: any free one)';

function portChoice(given: string | undefined, byDefault: number): PortChoice {
  if (given === undefined) return { port: byDefault, isChosen: false };
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${given} is no port.`);
  return { port, isChosen: true };
}

function nodePlatform(dataDir: string, engineEntry: string): Platform {
  return {
    kind: 'headless',
    clock: Date.now,
    secrets: createFileSecrets(join(dataDir, 'secrets.json')),
    spawnEngine: (role) => forkEngine(engineEntry, role, (line) => process.stderr.write(`${line}\n`)),
  };
}

function announce(app: RunningApp, options: Options): void {
  const url = app.mintAppUrl();
  if (options.isJson) {
    const line = {
      version: packageJson.version,
      pid: process.pid,
      app: url,
      horde: app.hordeUrl,
      admin_key: app.adminKey,
      worker: { models: app.models },
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  process.stdout.write(`Yurt is ready. Open ${url}\nThe horde's API is at ${app.hordeUrl}/api/v2\n`);
  if (options.opens) openInBrowser(url);
}

function openInBrowser(url: string): void {
  const hasDesktop =
    process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  if (!hasDesktop) return;
  const [command, ...args]: [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  // A desktop without an opener: the printed address still works.
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/** Ends the app once, however often and by whatever way it is asked to. */
function endWithHost(app: RunningApp): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(0), closeLimitMs - 500).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('disconnect', end);
}

function report(error: StartError, isJson: boolean): void {
  if (isJson) {
    const line = {
      error: error.code,
      ...error.details,
      ...(error.code === 'already_running' ? {} : { message: error.message }),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  process.stderr.write(`${error.message}\n`);
}
