import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { reportFailure } from './app/announce.ts';
import { openDesktopCore } from './app/desktop-core.ts';
import { closeInTime, onEndAsked } from './app/end-with-host.ts';
import { readOptions, type StartOptions } from './app/options.ts';
import { secretFiles } from './app/secret-files.ts';
import { exitCodeOf, StartError } from './app/start-error.ts';
import { failToStart, startArguments, startDesktop } from './shell/index.ts';

// Electron is ready only once this file has run: nothing here may wait for it.
const { args, isInstalled } = startArguments();
const isSource = import.meta.url.endsWith('.ts');
const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const root = isSource ? '..' : '../..';

function report(error: unknown): number {
  if (error instanceof StartError) {
    reportFailure(error, args.includes('--json'));
    return exitCodeOf(error);
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

function start(options: StartOptions): void {
  startDesktop({
    version: packageJson.version,
    dataDir: options.dataDir,
    secretFiles: secretFiles(options.dataDir),
    engineEntry: fromHere(isSource ? './engine.ts' : './engine.js'),
    preloadFile: fromHere(`${root}/out/preload/preload.cjs`),
    iconsDir: fromHere(`${root}/resources/icons`),
    openCore: (platform) =>
      openDesktopCore(
        platform,
        {
          // Models are read by native code, which sees no archive: an installed app has them beside it.
          resourcesDir: isInstalled ? process.resourcesPath : fromHere(`${root}/resources`),
          rendererDir: fromHere(`${root}/out/renderer`),
        },
        options,
      ),
    closeCore: (close) => closeInTime(close),
    onEndAsked,
    reportFailure: report,
  });
}

try {
  start(readOptions(args, { ignoresUnknown: isInstalled }));
} catch (error) {
  void failToStart(error, report);
}
