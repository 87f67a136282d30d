/**
 * The few APIs of Electron that the shell uses, without a display: what was asked of them is kept to
 * be looked at, and `emit` plays the system's part. Tests put it in Electron's place by `vi.mock`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';

/** An event whose default can be prevented. */
export class FakeEvent {
  isPrevented = false;
  readonly url: string;
  constructor(url = '') {
    this.url = url;
  }
  preventDefault(): void {
    this.isPrevented = true;
  }
}

class FakeApp extends EventEmitter {
  isPackaged = false;
  hasLock = true;
  exitCode: number | undefined;
  readonly paths = new Map([['pictures', '/pictures']]);
  readonly #ready = Promise.withResolvers<void>();

  setName(): void {}
  setAppUserModelId(): void {}
  setPath(name: string, path: string): void {
    this.paths.set(name, path);
  }
  getPath(name: string): string {
    return this.paths.get(name) ?? '';
  }
  requestSingleInstanceLock(): boolean {
    return this.hasLock;
  }
  becomeReady(): void {
    this.#ready.resolve();
  }
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }
  /** As Electron: somebody may prevent it, else the app is gone. */
  quit(): void {
    const event = new FakeEvent();
    this.emit('before-quit', event);
    if (!event.isPrevented) this.exit(0);
  }
  exit(code: number): void {
    this.exitCode ??= code;
    this.emit('fake-exit', code);
  }
}

export class FakeWebContents extends EventEmitter {
  readonly mainFrame = { url: '' };
  readonly loaded: string[] = [];
  reloads = 0;
  openHandler: ((details: { url: string }) => { action: string }) | undefined;

  getURL(): string {
    return this.mainFrame.url;
  }
  reload(): void {
    this.reloads += 1;
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
}

interface FakeBounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = [];
  readonly options: Record<string, unknown>;
  readonly webContents = new FakeWebContents();
  bounds: FakeBounds;
  isShown = false;
  isGone = false;
  hasFocus = false;
  #isMaximized = false;
  #isMinimized = false;

  constructor(options: Record<string, unknown> & Partial<FakeBounds>) {
    super();
    this.options = options;
    const { x = 100, y = 100, width = 800, height = 600 } = options;
    this.bounds = { x, y, width, height };
    BrowserWindow.all.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  async loadURL(url: string): Promise<void> {
    this.webContents.loaded.push(url);
    // The link redirects to the interface itself.
    this.webContents.mainFrame.url = new URL('/', url).href;
    this.emit('ready-to-show');
  }
  show(): void {
    this.isShown = true;
  }
  hide(): void {
    this.isShown = false;
    this.hasFocus = false;
  }
  focus(): void {
    this.hasFocus = true;
  }
  isFocused(): boolean {
    return this.hasFocus;
  }
  maximize(): void {
    this.#isMaximized = true;
  }
  isMaximized(): boolean {
    return this.#isMaximized;
  }
  minimize(): void {
    this.#isMinimized = true;
  }
  isMinimized(): boolean {
    return this.#isMinimized;
  }
  restore(): void {
    this.#isMinimized = false;
  }
  getNormalBounds(): FakeBounds {
    return this.bounds;
  }
  isDestroyed(): boolean {
    return this.isGone;
  }
  /** As a click on its cross. */
  close(): void {
    const event = new FakeEvent();
    this.emit('close', event);
    if (event.isPrevented) return;
    this.isGone = true;
    this.emit('closed');
    app.emit('window-all-closed');
  }
}

interface FakeMenuItem {
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly enabled?: boolean;
  readonly checked?: boolean;
  readonly click?: () => void;
  readonly submenu?: FakeMenuItem[];
}

export class Menu {
  static applicationMenu: Menu | undefined;
  readonly items: readonly FakeMenuItem[];
  constructor(items: readonly FakeMenuItem[]) {
    this.items = items;
  }
  static buildFromTemplate(items: readonly FakeMenuItem[]): Menu {
    return new Menu(items);
  }
  static setApplicationMenu(menu: Menu): void {
    Menu.applicationMenu = menu;
  }
  /** Clicks the item of this label; fails when there is none. */
  click(label: string): void {
    const item = this.items.find((candidate) => candidate.label === label);
    if (!item?.click) throw new Error(`no item ${label} in ${this.items.map((one) => one.label).join(', ')}`);
    item.click();
  }
}

export class Tray extends EventEmitter {
  static current: Tray | undefined;
  readonly image: { file: string };
  toolTip = '';
  menus: Menu[] = [];
  isGone = false;
  constructor(image: { file: string }) {
    super();
    this.image = image;
    Tray.current = this;
  }
  get menu(): Menu {
    const menu = this.menus.at(-1);
    if (!menu) throw new Error('the tray has no menu');
    return menu;
  }
  setToolTip(text: string): void {
    this.toolTip = text;
  }
  setContextMenu(menu: Menu): void {
    this.menus.push(menu);
  }
  destroy(): void {
    this.isGone = true;
  }
}

export class Notification extends EventEmitter {
  static shown: Notification[] = [];
  readonly options: { title: string; body: string };
  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }
  static isSupported(): boolean {
    return true;
  }
  show(): void {
    Notification.shown.push(this);
  }
}

type Handler = (event: unknown, argument: unknown) => unknown;

class FakeIpcMain {
  readonly handlers = new Map<string, Handler>();
  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`a second handler for ${channel}`);
    this.handlers.set(channel, handler);
  }
  /** As the page's `invoke`: an error of the handler arrives as a rejection. */
  async invoke(channel: string, event: unknown, argument: unknown): Promise<unknown> {
    const handler = this.handlers.get(channel);
    if (!handler) throw new Error(`nobody handles ${channel}`);
    return handler(event, argument);
  }
}

class FakeDialog {
  /** Index of the button that the person presses, and the file that they choose. */
  answer = 0;
  saveTo: string | undefined;
  readonly asked: { message: string; detail?: string }[] = [];
  readonly errors: { title: string; text: string }[] = [];
  async showMessageBox(...args: unknown[]): Promise<{ response: number }> {
    // The options come last, behind the window if there is one; the shell's types say what they hold.
    this.asked.push(args.at(-1) as { message: string });
    return { response: this.answer };
  }
  async showSaveDialog(
    _window: unknown,
    _options: unknown,
  ): Promise<{ canceled: boolean; filePath: string }> {
    return { canceled: this.saveTo === undefined, filePath: this.saveTo ?? '' };
  }
  showErrorBox(title: string, text: string): void {
    this.errors.push({ title, text });
  }
}

class FakeShell {
  readonly opened: string[] = [];
  readonly revealed: string[] = [];
  async openExternal(url: string): Promise<void> {
    this.opened.push(url);
  }
  async openPath(path: string): Promise<string> {
    this.opened.push(path);
    return '';
  }
  showItemInFolder(path: string): void {
    this.revealed.push(path);
  }
}

/** Seals by writing in another alphabet: hidden from a search of the disk, and no secret from a test. */
class FakeSafeStorage {
  backend = 'gnome_libsecret';
  isAvailable = true;
  isLocked = false;
  shouldReEncrypt = false;
  sealed = 0;
  getSelectedStorageBackend(): string {
    return this.backend;
  }
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    return this.isAvailable;
  }
  async encryptStringAsync(text: string): Promise<Buffer> {
    this.sealed += 1;
    return Buffer.from(`sealed:${Buffer.from(text).toString('hex')}`);
  }
  async decryptStringAsync(bytes: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    const text = bytes.toString();
    if (this.isLocked || !text.startsWith('sealed:')) throw new Error('the keychain refused');
    const result = Buffer.from(text.slice('sealed:'.length), 'hex').toString();
    return { result, shouldReEncrypt: this.shouldReEncrypt };
  }
}

type PermissionHandler = (
  contents: unknown,
  permission: string,
  answer: (is: boolean) => void,
  details: { requestingUrl: string },
) => void;

class FakeSession {
  request: PermissionHandler | undefined;
  check: ((contents: unknown, permission: string, origin: string) => boolean) | undefined;
  device: (() => boolean) | undefined;
  setPermissionRequestHandler(handler: PermissionHandler): void {
    this.request = handler;
  }
  setPermissionCheckHandler(
    handler: (contents: unknown, permission: string, origin: string) => boolean,
  ): void {
    this.check = handler;
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.device = handler;
  }
}

/** A utility process is a real child here, with Electron's names for what it does. */
export class FakeUtilityProcess extends EventEmitter {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly #child: ChildProcess;
  constructor(file: string, args: readonly string[]) {
    super();
    this.#child = fork(file, args, {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
    });
    this.#child.stdout?.pipe(this.stdout);
    this.#child.stderr?.pipe(this.stderr);
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code) => this.emit('exit', code ?? 9));
  }
  get pid(): number | undefined {
    return this.#child.pid;
  }
  postMessage(message: object): void {
    this.#child.send(message, () => undefined);
  }
  kill(): boolean {
    return this.#child.kill();
  }
}

export const app = new FakeApp();
export const ipcMain = new FakeIpcMain();
export const dialog = new FakeDialog();
export const shell = new FakeShell();
export const safeStorage = new FakeSafeStorage();
export const session = { defaultSession: new FakeSession() };
export const nativeTheme = { shouldUseDarkColors: false };
export const nativeImage = { createFromPath: (file: string) => ({ file }) };
export const screen = {
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  getAllDisplays: () => screen.displays,
};
export const utilityProcess = {
  fork: (file: string, args: readonly string[]) => new FakeUtilityProcess(file, args),
};
