import { app, BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { lockedPreferences } from './guard.ts';
import { loadWindowState, placeWindow, saveWindowState, smallest } from './window-state.ts';
import { words } from './words.ts';

export interface MainWindowOptions {
  readonly preloadFile: string;
  readonly iconFile: string;
  readonly stateFile: string;
  readonly version: string;
  readonly mintLink: () => Promise<string>;
  /** Whether closing hides the window and the app goes on. */
  readonly hidesOnClose: () => boolean;
}

export interface MainWindow {
  readonly window: BrowserWindow;
  /** Brings the window to the person: shown, unminimized, in front. */
  readonly focus: () => void;
  /** Takes the window away while the app ends behind it. */
  leave(): void;
}

/** Quiet time after a move before the place is written. */
const saveDelayMs = 500;
/** A page that crashes this often within the time is not reloaded without a question. */
const crashes = { most: 3, withinMs: 60_000 };
const bodyColor = { dark: '#16181b', light: '#ffffff' };

/** Opens the window on a fresh link of core. */
export function openMainWindow(options: MainWindowOptions): MainWindow {
  const state = loadWindowState(options.stateFile);
  const window = new BrowserWindow({
    ...placeWindow(
      state,
      screen.getAllDisplays().map((display) => display.workArea),
    ),
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: words.app,
    icon: options.iconFile,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? bodyColor.dark : bodyColor.light,
    webPreferences: {
      ...lockedPreferences,
      preload: options.preloadFile,
      additionalArguments: [`--yurt-version=${options.version}`],
    },
  });
  const saveState = (): void =>
    saveWindowState(options.stateFile, {
      ...window.getNormalBounds(),
      isMaximized: window.isMaximized(),
    });
  const appear = (): void => {
    if (window.isDestroyed()) return;
    if (state?.isMaximized) window.maximize();
    window.show();
  };
  window.once('ready-to-show', appear);
  keepState(window, saveState);
  window.on('close', (event) => {
    saveState();
    if (!options.hidesOnClose()) return;
    event.preventDefault();
    window.hide();
  });
  // A window that never came would leave an app that nobody can end.
  const load = (): void =>
    void options
      .mintLink()
      .then((link) => window.loadURL(link))
      .catch(appear);
  reviveAfterCrash(window, load);
  load();
  return {
    window,
    focus: () => bringToFront(window),
    leave: () => {
      if (window.isDestroyed()) return;
      saveState();
      window.hide();
    },
  };
}

function bringToFront(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** A crash of the app or of the system loses no more than the last moment's move. */
function keepState(window: BrowserWindow, save: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!window.isDestroyed()) save();
    }, saveDelayMs);
  };
  window.on('resize', later);
  window.on('move', later);
  window.on('closed', () => clearTimeout(timer));
}

/** Reloads a page whose process died: the person's work is in core. One that dies again and again is asked about. */
function reviveAfterCrash(window: BrowserWindow, load: () => void): void {
  let recent: number[] = [];
  const revive = (): void => {
    // A page that never got past its link has nothing to reload: links work once.
    if (window.webContents.getURL() === '') load();
    else window.webContents.reload();
  };
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const now = performance.now();
    recent = [...recent, now].filter((at) => now - at < crashes.withinMs);
    if (recent.length < crashes.most) {
      revive();
      return;
    }
    recent = [];
    void askToRevive(window).then((isWanted) => {
      if (window.isDestroyed()) return;
      if (isWanted) revive();
      else app.quit();
    });
  });
}

async function askToRevive(window: BrowserWindow): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: words.windowCrashed,
    detail: words.windowCrashedOften,
    buttons: [words.tryAgain, words.quit],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}
