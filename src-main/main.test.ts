import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { endApp, startApp, type Started } from './app/testing/launch-app.ts';
import type { BrowserWindow, Tray } from './shell/testing/fake-electron.ts';

type FakeElectron = typeof import('./shell/testing/fake-electron.ts');

const until = { timeout: 20_000, interval: 20 };
/** A whole core with its engines starts; a busy machine takes its time. */
const forStart = { timeout: 90_000, interval: 20 };
const closeToTray = 'Keep running when the window is closed';
/** Of the start under test. */
let electron: FakeElectron;

/** A new process of Electron, and its start of the entry: switches of its own, the folder of the app, ours. */
async function start(options: readonly string[], { hasLock = true } = {}): Promise<void> {
  vi.resetModules();
  const fake = await import('./shell/testing/fake-electron.ts');
  electron = fake;
  vi.doMock('electron', () => fake);
  electron.app.hasLock = hasLock;
  process.argv = ['electron', '--inspect=0', '/the/app', '--app-port', '0', '--horde-port', '0', ...options];
  await import('./main.ts');
  electron.app.becomeReady();
}

async function openedWindow(): Promise<BrowserWindow> {
  await vi.waitFor(() => expect(electron.BrowserWindow.all[0]?.webContents.loaded).toHaveLength(1), forStart);
  const [window] = electron.BrowserWindow.all;
  if (!window) throw new Error('there is no window');
  return window;
}

function tray(): Tray {
  if (!electron.Tray.current) throw new Error('there is no tray');
  return electron.Tray.current;
}
const trayLabels = (): (string | undefined)[] => tray().menu.items.map((item) => item.label);

/** Opens a one-time link as a page does and reads from core with the cookie that it gives. */
async function signIn(link: string): Promise<(path: string) => Promise<unknown>> {
  const answer = await fetch(link, { redirect: 'manual' });
  expect(answer.status).toBe(303);
  const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  return async (path) => (await fetch(new URL(path, link), { headers: { cookie } })).json();
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-desktop-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe('the app in a window', () => {
  let window: BrowserWindow;
  let read: (path: string) => Promise<unknown>;

  beforeAll(async () => {
    await start(['--data', join(folder, 'own')]);
    window = await openedWindow();
  }, 120_000);

  it('shows the interface of its own core by a link that works once', async () => {
    const [link = ''] = window.webContents.loaded;
    read = await signIn(link);
    expect(await read('/app/system')).toMatchObject({ host: 'desktop', dataDir: join(folder, 'own') });
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(401);
    expect(electron.app.paths.get('userData')).toBe(join(folder, 'own', 'window'));
  });

  it('keeps the page where it is', () => {
    const foreign = new electron.FakeEvent('https://evil.example/');
    window.webContents.emit('will-frame-navigate', foreign);
    const own = new electron.FakeEvent(new URL('/gallery', window.webContents.loaded[0]).href);
    window.webContents.emit('will-frame-navigate', own);
    expect([foreign.isPrevented, own.isPrevented]).toEqual([true, false]);
  });

  it('has the embedded model at work in a process of Electron', async () => {
    await expect
      .poll(() => read('/app/worker'), until)
      .toMatchObject({ state: 'idle', models: ['Yurt Tiny'] });
  });

  it('pauses and resumes the worker from the tray', async () => {
    await expect.poll(trayLabels, until).toContain('Worker is idle');
    tray().menu.click('Pause worker');
    await expect.poll(trayLabels, until).toContain('Resume worker');
    expect(await read('/app/worker')).toMatchObject({ state: 'paused', reason: 'by_owner' });
    tray().menu.click('Resume worker');
    await expect.poll(trayLabels, until).toContain('Worker is idle');
  });

  it.skipIf(process.platform === 'darwin')(
    'goes on in the tray where the setting says so (on macOS in any case)',
    async () => {
      tray().menu.click(closeToTray);
      await expect
        .poll(() => tray().menu.items.find((item) => item.label === closeToTray)?.checked, until)
        .toBe(true);
      window.close();
      expect([window.isGone, window.isShown, electron.app.exitCode]).toEqual([false, false, undefined]);
      electron.app.emit('second-instance');
      expect([window.isShown, window.hasFocus]).toEqual([true, true]);
    },
  );

  it('ends at a signal with code 0: engines, core and the record of the running app are gone', async () => {
    expect(existsSync(join(folder, 'own', 'instance.json'))).toBe(true);
    process.emit('SIGTERM');
    process.emit('SIGTERM');
    await expect.poll(() => electron.app.exitCode, until).toBe(0);
    expect([window.isShown, tray().isGone]).toEqual([false, true]);
    expect(existsSync(join(folder, 'own', 'instance.json'))).toBe(false);
    await expect(read('/app/system')).rejects.toThrow('fetch failed');
  });
});

describe('a start beside another', () => {
  let headless: Started;
  let visited: string;
  beforeAll(async () => {
    visited = join(folder, 'visited');
    headless = await startApp(visited);
  }, 120_000);
  afterAll(async () => void (await endApp(headless, 'SIGKILL')));

  it('ends at once when another window has the data folder', async () => {
    await start(['--data', visited], { hasLock: false });
    expect([electron.app.exitCode, electron.BrowserWindow.all.length]).toEqual([0, 0]);
  });

  it('opens a window on an app that runs without one, and leaves it running', async () => {
    await start(['--data', visited]);
    const window = await openedWindow();
    const [link = ''] = window.webContents.loaded;
    expect(new URL(link).origin).toBe(new URL(headless.line.app).origin);
    const read = await signIn(link);
    expect(await read('/app/system')).toMatchObject({ host: 'headless' });
    await expect.poll(trayLabels, until).toContain('Worker is idle');
    tray().menu.click('Quit Yurt');
    await expect.poll(() => electron.app.exitCode, until).toBe(0);
    expect(await read('/app/system')).toMatchObject({ host: 'headless' });
  }, 120_000);
});

describe('a start that fails', () => {
  it('says in a dialog what is wrong with the data folder', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    await start(['--data', file]);
    await expect.poll(() => electron.app.exitCode, until).toBe(4);
    expect(electron.dialog.errors).toEqual([
      {
        title: 'Yurt could not start',
        text: expect.stringContaining(`cannot write to its data folder ${file}`),
      },
    ]);
  });

  it('says which options there are', async () => {
    await start(['--unknown']);
    await expect.poll(() => electron.app.exitCode, until).toBe(4);
    expect(electron.dialog.errors[0]?.text).toContain('Options: --headless');
  });
});
