import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog, Menu, session, shell } from 'electron';
import type { Platform } from '#main/platform/ports.ts';
import { createFileSecrets } from '#main/platform/node-secrets.ts';
import { openCoreLink, type CoreLink } from './core-link.ts';
import { answerDesktopCalls } from './desktop-calls.ts';
import { openExternal, projectUrl } from './external-links.ts';
import { guardContents, guardSession, type OriginCheck } from './guard.ts';
import { createKeychainSecrets, hasKeychain, type SecretFiles } from './keychain-secrets.ts';
import { type MainWindow, openMainWindow } from './main-window.ts';
import { menuTemplate } from './menu.ts';
import { endOnQuit, type Quit } from './quit.ts';
import { createTray, type TrayActions } from './tray.ts';
import { forkUtility } from './utility-engine.ts';
import { words } from './words.ts';

/** The application's name for the system, which `electron-builder.yml` repeats. */
const appId = 'io.github.yurt-app.yurt';

/** The core that the window shows. */
export interface ShellCore {
  /** Where the interface is; nothing else is ever shown in the window. */
  readonly origin: string;
  /** A fresh one-time link to the interface. */
  mintLink(): Promise<string>;
  close(): Promise<void>;
}

/** Prints why the app does not start and gives the exit code. */
export type ReportFailure = (error: unknown) => number;

/** What the entry hands to the shell: where things lie, and how core starts. */
export interface DesktopHost {
  readonly version: string;
  readonly dataDir: string;
  readonly secretFiles: SecretFiles;
  readonly engineEntry: string;
  readonly preloadFile: string;
  readonly iconsDir: string;
  openCore(platform: Platform): Promise<ShellCore>;
  /** Ends core within the time that is promised and gives the exit code. */
  closeCore(close: () => Promise<void>): Promise<number>;
  /** Calls back once when the process is asked to end from outside. */
  onEndAsked(end: () => void): void;
  readonly reportFailure: ReportFailure;
}

/** The app as it runs, for those who bring it forward or end it. */
interface RunningDesktop {
  focus(): void;
  end(): Promise<void>;
}

/**
 * Runs the app in a window. What has to come before Electron is ready is done before this returns;
 * a second start on the same data folder ends here, and the first comes to the front.
 */
export function startDesktop(host: DesktopHost): void {
  app.setName(words.app);
  app.setAppUserModelId(appId);
  keepProfileIn(host.dataDir);
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  let running: RunningDesktop | undefined;
  const quit = endOnQuit(() => host.closeCore(async () => (await started).end()));
  const started = app.whenReady().then(() => run(host, quit));
  started.then(
    (desktop) => {
      running = desktop;
    },
    (error: unknown) => failToStart(error, host.reportFailure),
  );
  app.on('second-instance', () => running?.focus());
  app.on('activate', () => running?.focus());
  app.on('window-all-closed', () => app.quit());
  host.onEndAsked(() => app.quit());
}

/** Chromium's profile and the lock of the single instance go with the data folder. */
function keepProfileIn(dataDir: string): void {
  const profile = join(dataDir, 'window');
  try {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    app.setPath('userData', profile);
  } catch {
    // Core's own start says in words why the folder cannot be used.
  }
}

async function run(host: DesktopHost, quit: Quit): Promise<RunningDesktop> {
  const core = await host.openCore(await createPlatform(host));
  const isOwn: OriginCheck = (url) => URL.parse(url)?.origin === core.origin;
  app.on('web-contents-created', (_event, contents) => guardContents(contents, isOwn));
  guardSession(session.defaultSession, isOwn);
  setMenu(host.dataDir);
  const link = openCoreLink({ mintLink: () => core.mintLink(), onChange: (view) => tray.show(view) });
  const main = openMainWindow({
    preloadFile: host.preloadFile,
    iconFile: join(host.iconsDir, '512x512.png'),
    stateFile: join(host.dataDir, 'window.json'),
    version: host.version,
    mintLink: () => core.mintLink(),
    hidesOnClose: () =>
      !quit.isUnderWay && (process.platform === 'darwin' || link.view.settings?.closeToTray === true),
  });
  const tray = createTray(trayIcon(host.iconsDir), process.platform, trayActions(link, main));
  answerDesktopCalls({ window: main.window, focusWindow: main.focus, core: link, isOwn });
  return {
    focus: main.focus,
    end: async () => {
      main.leave();
      tray.destroy();
      await link.close();
      await core.close();
    },
  };
}

/** The keychain belongs to the installed app: an unpackaged start shares its folder with headless ones. */
async function createPlatform({ secretFiles, engineEntry }: DesktopHost): Promise<Platform> {
  const isSealed =
    existsSync(secretFiles.sealed) || (app.isPackaged && (await hasKeychain(process.platform)));
  return {
    kind: 'desktop',
    clock: Date.now,
    secrets: isSealed ? createKeychainSecrets(secretFiles) : createFileSecrets(secretFiles.plain),
    spawnEngine: (role) => forkUtility(engineEntry, role, (line) => process.stderr.write(`${line}\n`)),
  };
}

function setMenu(dataDir: string): void {
  const template = menuTemplate(process.platform, app.isPackaged, {
    openProjectPage: () => void openExternal(projectUrl),
    openDataFolder: () => void shell.openPath(dataDir),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** What the tray cannot do just now, because core does not answer, its next menu no longer offers. */
function trayActions(link: CoreLink, main: MainWindow): TrayActions {
  const attempt = (action: Promise<void>): void => void action.catch(() => undefined);
  return {
    open: main.focus,
    pauseWorker: () => attempt(link.pauseWorker()),
    resumeWorker: () => attempt(link.resumeWorker()),
    setCloseToTray: (closeToTray) => attempt(link.changeSettings({ closeToTray })),
    quit: () => app.quit(),
  };
}

/** macOS tints a template image for its menu bar; Electron finds the denser `@2x` beside each. */
function trayIcon(iconsDir: string): string {
  return join(iconsDir, process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png');
}

/** Says why the app does not start, in a dialog too, and ends it. */
export async function failToStart(error: unknown, reportFailure: ReportFailure): Promise<void> {
  const code = reportFailure(error);
  await app.whenReady();
  dialog.showErrorBox(words.startFailed, error instanceof Error ? error.message : String(error));
  app.exit(code);
}

/** The arguments behind the program's own, and whether others than ours may be among them. */
export function startArguments(): { args: readonly string[]; isInstalled: boolean } {
  if (app.isPackaged) return { args: process.argv.slice(1), isInstalled: true };
  // Electron's own switches, the folder of the app, ours.
  const folderAt = process.argv.findIndex((text, index) => index > 0 && !text.startsWith('-'));
  return { args: folderAt === -1 ? [] : process.argv.slice(folderAt + 1), isInstalled: false };
}
